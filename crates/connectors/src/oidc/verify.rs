//! Whether an ID token holds: OpenID Connect Core 1.0, section 3.1.3.7.
//!
//! Invariant: only signatures by a key of the provider's count, never the client's secret and never none.

use domain::time::Time;
use openidconnect::core::{CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IdToken, IdTokenClaims, Nonce,
};

use super::OidcError;
use super::claims::More;
use super::known::{Client, Metadata};
use crate::http::causes;

/// The algorithms that are taken, if the provider says that it signs with them.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];
/// How far the provider's clock may be from this one, in microseconds.
const APART: i64 = 60_000_000;

type Token = IdToken<More, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
pub(super) type Said = IdTokenClaims<More, CoreGenderClaim>;

/// What does not hold.
#[derive(Debug, thiserror::Error)]
pub(super) enum Wrong {
    /// A key may be new.
    #[error("the ID token is not signed by a key that it publishes: {0}")]
    Signature(String),
    #[error("the ID token does not hold: {0}")]
    Claim(String),
}

/// What a token is held to.
pub(super) struct Check<'a> {
    pub(super) client: &'a ClientId,
    pub(super) nonce: &'a Nonce,
    /// What came along with it.
    pub(super) access: &'a AccessToken,
    pub(super) now: Time,
}

impl Check<'_> {
    /// Returns what a token says, if it holds.
    pub(super) fn id_token<'t>(
        &self,
        token: &'t Token,
        client: &Client,
        metadata: &Metadata,
    ) -> Result<&'t Said, Wrong> {
        let at = |by: i64| {
            let moment = self.now.plus_micros(by).micros();
            chrono::DateTime::from_timestamp_micros(moment).unwrap_or(chrono::DateTime::UNIX_EPOCH)
        };
        let (earlier, later) = (at(-APART), at(APART));
        let verifier = client.id_token_verifier().set_allowed_algs(algorithms(metadata));
        let verifier = verifier.set_time_fn(move || earlier).set_issue_time_verifier_fn(move |issued| {
            if issued <= later { Ok(()) } else { Err(format!("issued in the future, at {issued}")) }
        });
        let said = token.claims(&verifier, self.nonce).map_err(|error| match error {
            ClaimsVerificationError::SignatureVerification(error) => Wrong::Signature(causes(&error)),
            error => Wrong::Claim(causes(&error)),
        })?;
        let party = said.authorized_party();
        if party.is_some_and(|party| party != self.client) {
            return Err(Wrong::Claim("it was given to another client (azp)".to_owned()));
        }
        if let Some(expected) = said.access_token_hash() {
            let hash = || {
                let key = token.signing_key(&verifier).map_err(|error| causes(&error))?;
                let algorithm = token.signing_alg().map_err(|error| causes(&error))?;
                AccessTokenHash::from_token(self.access, algorithm, key).map_err(|error| causes(&error))
            };
            if hash().map_err(Wrong::Claim)? != *expected {
                return Err(Wrong::Claim("it belongs to another access token (at_hash)".to_owned()));
            }
        }
        Ok(said)
    }
}

/// Returns the algorithms that a provider signs with and that are taken.
fn algorithms(metadata: &Metadata) -> Vec<CoreJwsSigningAlgorithm> {
    let offered = metadata.id_token_signing_alg_values_supported();
    ALGORITHMS.into_iter().filter(|algorithm| offered.contains(algorithm)).collect()
}

/// Checks who an answer says it is from: another provider may have sent the browser here (RFC 9207).
pub(super) fn issuer(said: Option<&str>, metadata: &Metadata) -> Result<(), OidcError> {
    let says_so = metadata.additional_metadata().authorization_response_iss_parameter_supported;
    match said {
        Some(said) if said == metadata.issuer().as_str() => Ok(()),
        Some(_) => Err(OidcError::NotBelieved("the answer is of another provider (iss)".to_owned())),
        None if says_so => {
            Err(OidcError::NotBelieved("the answer does not say which provider it is of (iss)".to_owned()))
        }
        None => Ok(()),
    }
}
