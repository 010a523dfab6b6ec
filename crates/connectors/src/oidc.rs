//! OpenID Connect: whom a provider says somebody is, by the authorization code flow with PKCE.
//!
//! Invariant: nothing of what comes back is believed before the token that says it was found to be signed by the
//! provider's key, for this client, for this very attempt, and not to be over.

mod claims;
mod known;
mod verify;

use domain::time::Time;
use openidconnect::core::{CoreAuthenticationFlow, CoreClientAuthMethod};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use url::Url;

use crate::http::{Http, HttpError, causes, keeps_secrets};
use claims::More;
use known::{Known, Metadata};

/// Why a provider could not be asked, or was not believed. Each completes "failed to …", for the log.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// What it was told to ask cannot be asked.
    #[error("use the provider as it was given: {0}")]
    Given(String),
    /// It does not answer, or not as a provider does.
    #[error("reach the provider: {0}")]
    Away(String),
    /// It said no, or its answer does not hold.
    #[error("believe the provider: {0}")]
    NotBelieved(String),
}

impl From<HttpError> for OidcError {
    fn from(error: HttpError) -> Self {
        Self::Away(format!("failed to {error}"))
    }
}

/// What a provider knows this server by, and what it is asked for.
#[derive(Clone, Debug)]
pub struct Registration {
    issuer: IssuerUrl,
    client: ClientId,
    /// `None` for a client that the provider registered as public.
    secret: Option<ClientSecret>,
    scopes: Vec<Scope>,
    /// The claim that names the groups.
    groups: String,
}

impl Registration {
    /// Puts down what a provider is asked with. `scopes` are divided by spaces; `openid` is always among them.
    ///
    /// # Errors
    /// An issuer that is no address, or that would be asked in the clear.
    pub fn new(
        issuer: &str,
        client: &str,
        secret: Option<String>,
        scopes: &str,
        groups: &str,
    ) -> Result<Self, OidcError> {
        let issuer = IssuerUrl::new(issuer.trim().to_owned())
            .map_err(|error| OidcError::Given(format!("the issuer is no address: {error}")))?;
        if !keeps_secrets(issuer.url()) {
            return Err(OidcError::Given(
                "the issuer has to be https://; http:// is for this machine alone".to_owned(),
            ));
        }
        let scopes = scopes.split_whitespace().filter(|scope| *scope != "openid");
        Ok(Self {
            issuer,
            client: ClientId::new(client.to_owned()),
            secret: secret.map(ClientSecret::new),
            scopes: scopes.map(|scope| Scope::new(scope.to_owned())).collect(),
            groups: groups.to_owned(),
        })
    }
}

/// What one attempt to sign in is known by. Each of the three is secret and used once.
#[derive(Clone)]
pub struct Attempt {
    pub state: String,
    pub nonce: String,
    /// 43 to 128 letters and digits, as PKCE has it.
    pub verifier: String,
}

/// Secrets do not belong into logs.
impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attempt")
    }
}

/// What came back from the provider, by way of the browser.
#[derive(Clone, Debug)]
pub struct Answer {
    pub code: String,
    /// Who says so, where the provider tells (RFC 9207).
    pub issuer: Option<String>,
}

/// What a provider says of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    pub subject: String,
    pub name: Option<String>,
    pub username: Option<String>,
    /// An e-mail address, if the provider has verified it.
    pub address: Option<String>,
    /// `None` where it says nothing of groups.
    pub groups: Option<Vec<String>>,
}

/// A provider, asked for the first time when somebody wants to sign in.
#[derive(Debug)]
pub struct Provider {
    registration: Registration,
    http: Http,
    known: tokio::sync::Mutex<Known>,
}

impl Provider {
    /// # Errors
    /// A machine without certificates to check the provider's with.
    pub fn new(registration: Registration) -> Result<Self, OidcError> {
        Ok(Self { registration, http: Http::new()?, known: tokio::sync::Mutex::default() })
    }

    /// Returns who it says it is: what a subject is known under.
    pub fn issuer(&self) -> &str {
        self.registration.issuer.as_str()
    }

    /// Returns where a browser is sent to sign in, to come back to `to`.
    ///
    /// # Errors
    /// A provider that is away.
    pub async fn begin(&self, to: &str, attempt: &Attempt) -> Result<Url, OidcError> {
        let metadata = self.metadata(false).await?;
        if !keeps_secrets(metadata.authorization_endpoint().url()) {
            return Err(OidcError::Away("it wants people to sign in over http://".to_owned()));
        }
        let client = self.client(&metadata, to)?;
        let Attempt { state, nonce, verifier } = attempt.clone();
        let verifier = PkceCodeVerifier::new(verifier);
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(self.registration.scopes.iter().cloned())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url)
    }

    /// Exchanges what came back for what the provider says of whoever signed in there.
    ///
    /// # Errors
    /// A provider that is away or says no, and everything that does not hold.
    pub async fn finish(
        &self,
        to: &str,
        answer: &Answer,
        attempt: &Attempt,
        now: Time,
    ) -> Result<Claims, OidcError> {
        let metadata = self.metadata(false).await?;
        verify::issuer(answer.issuer.as_deref(), &metadata)?;
        let client = self.client(&metadata, to)?;
        let exchange = client
            .exchange_code(AuthorizationCode::new(answer.code.clone()))
            .map_err(|error| OidcError::Away(causes(&error)))?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()));
        let tokens = exchange.request_async(&self.http).await.map_err(refused)?;
        let id_token =
            tokens.id_token().ok_or_else(|| OidcError::NotBelieved("it sent no ID token".to_owned()))?;
        let check = verify::Check {
            client: &self.registration.client,
            nonce: &Nonce::new(attempt.nonce.clone()),
            access: tokens.access_token(),
            now,
        };
        let said = match check.id_token(id_token, &client, &metadata) {
            // Keys change; a signature by one that is not known yet may be by one that is new.
            Err(verify::Wrong::Signature(_)) => {
                let metadata = self.metadata(true).await?;
                let client = self.client(&metadata, to)?;
                check.id_token(id_token, &client, &metadata)
            }
            said => said,
        };
        let said = said.map_err(|wrong| OidcError::NotBelieved(wrong.to_string()))?;
        let mut claims = claims::of_token(said, &self.registration.groups)?;
        if claims.is_complete() || metadata.userinfo_endpoint().is_none() {
            return Ok(claims);
        }
        let asked = client
            .user_info(tokens.access_token().clone(), Some(said.subject().clone()))
            .map_err(|error| OidcError::Away(causes(&error)))?;
        let more = asked.request_async::<More, _, _>(&self.http).await;
        let more = more.map_err(|error| OidcError::NotBelieved(format!("userinfo: {}", causes(&error))))?;
        claims.fill(claims::of_userinfo(&more, &self.registration.groups)?);
        Ok(claims)
    }

    fn client(&self, metadata: &Metadata, to: &str) -> Result<known::Client, OidcError> {
        let Registration { client, secret, .. } = &self.registration;
        let to = RedirectUrl::new(to.to_owned()).map_err(|error| OidcError::Given(causes(&error)))?;
        let made = known::Client::from_provider_metadata(metadata.clone(), client.clone(), secret.clone());
        let methods = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_none_or(|methods| methods.contains(&method));
        let by_body =
            !takes(CoreClientAuthMethod::ClientSecretBasic) && takes(CoreClientAuthMethod::ClientSecretPost);
        let method = if by_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        Ok(made.set_redirect_uri(to).set_auth_type(method))
    }
}

/// Tells a provider that is away from one that says no.
fn refused<T: openidconnect::ErrorResponse + 'static>(
    error: openidconnect::RequestTokenError<HttpError, T>,
) -> OidcError {
    match error {
        openidconnect::RequestTokenError::Request(error) => error.into(),
        error => OidcError::NotBelieved(format!("the code was not exchanged: {}", causes(&error))),
    }
}
