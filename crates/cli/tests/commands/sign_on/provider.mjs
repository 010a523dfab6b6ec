// An identity provider: `oidc-provider` from npm, whose people sign in without being asked for anything.
// It prints its issuer, and goes when its standard input ends. POST /test takes who there is and who signs in next.
import { generateKeyPairSync, webcrypto } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

globalThis.crypto ??= webcrypto;
const modules = pathToFileURL(process.env.SEAWORTHY_BROWSER_MODULES);
const { default: Provider } = await import(`${modules}/oidc-provider/lib/index.js`);

const { ALGORITHM = "RS256", GROUPS_IN_TOKEN, PORT = "0" } = process.env;
let people = {};
let next = null;

const key = (kid, ...of) => ({ kid, use: "sig", ...generateKeyPairSync(...of).privateKey.export({ format: "jwk" }) });
const configuration = {
  clients: [{
    client_id: "seaworthy",
    client_secret: "a secret of the client, and of nobody else",
    redirect_uris: ["http://127.0.0.1/sign-in/oidc/return"],
    id_token_signed_response_alg: ALGORITHM,
  }],
  jwks: { keys: [key("rsa", "rsa", { modulusLength: 2048 }), key("ec", "ec", { namedCurve: "P-256" }), key("ed", "ed25519")] },
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"], email: ["email", "email_verified"] },
  conformIdTokenClaims: !GROUPS_IN_TOKEN,
  cookies: { keys: ["not a secret"] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  pkce: { methods: ["S256"], required: () => true },
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
};

const server = createServer();
server.listen(Number(PORT), "127.0.0.1", () => {
  const provider = new Provider(`http://127.0.0.1:${server.address().port}`, configuration);
  // The server under test listens on any port.
  provider.Client.prototype.redirectUriAllowed = (uri) => /^http:\/\/127\.0\.0\.1:\d+\/sign-in\/oidc\/return$/.test(uri);
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    if (request.url.startsWith("/interaction/")) {
      const result = next ? { login: { accountId: next } } : { error: "access_denied" };
      return provider.interactionFinished(request, response, result);
    }
    if (request.url !== "/test") return answer(request, response);
    let text = "";
    for await (const chunk of request) text += chunk;
    ({ people, next } = JSON.parse(text));
    return response.end();
  });
  console.log(provider.issuer);
});
process.stdin.resume().on("end", () => process.exit());
