//! What is known of a provider: its addresses and its keys, as it publishes them.
//!
//! Invariant: a provider that does not answer is asked by one request at a time, and what was known of it before goes on
//! to be used.

use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreSubjectIdentifierType,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalProviderMetadata, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IdTokenFields, StandardErrorResponse, StandardTokenResponse,
};
use serde::{Deserialize, Serialize};

use super::claims::More;
use super::{OidcError, Provider};
use crate::http::causes;

/// How long what a provider publishes is used before it is asked again.
const FRESH: Duration = Duration::from_secs(3600);
/// How long a provider that did not answer is left alone.
const PAUSE: Duration = Duration::from_secs(2);

/// What a provider may publish beyond what every provider does.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Beyond {
    /// It names itself in what the browser brings back (RFC 9207).
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Beyond {}

pub(super) type Metadata = openidconnect::ProviderMetadata<
    Beyond,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Tokens = StandardTokenResponse<
    IdTokenFields<
        More,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

pub(super) type Client<Auth = EndpointSet, Token = EndpointMaybeSet, UserInfo = EndpointMaybeSet> =
    openidconnect::Client<
        More,
        CoreAuthDisplay,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJsonWebKey,
        CoreAuthPrompt,
        StandardErrorResponse<CoreErrorResponseType>,
        Tokens,
        CoreTokenIntrospectionResponse,
        CoreRevocableToken,
        CoreRevocationErrorResponse,
        Auth,
        EndpointNotSet,
        EndpointNotSet,
        EndpointNotSet,
        Token,
        UserInfo,
    >;

/// What is known, and since when.
#[derive(Debug, Default)]
pub(super) struct Known {
    found: Option<(Instant, Metadata)>,
    failed: Option<(Instant, String)>,
}

impl Provider {
    /// Returns what the provider publishes; `anew` asks it even if that is known.
    pub(super) async fn metadata(&self, anew: bool) -> Result<Metadata, OidcError> {
        let mut known = self.known.lock().await;
        if let Some((since, metadata)) = &known.found
            && !anew
            && since.elapsed() < FRESH
        {
            return Ok(metadata.clone());
        }
        if let Some((since, why)) = &known.failed
            && since.elapsed() < PAUSE
        {
            return known.before(anew).ok_or_else(|| OidcError::Away(why.clone()));
        }
        match Metadata::discover_async(self.registration.issuer.clone(), &self.http).await {
            Ok(metadata) => {
                *known = Known { found: Some((Instant::now(), metadata.clone())), failed: None };
                Ok(metadata)
            }
            Err(error) => {
                let why = causes(&error);
                tracing::warn!("failed to ask the identity provider at {}: {why}", self.issuer());
                known.failed = Some((Instant::now(), why.clone()));
                known.before(anew).ok_or(OidcError::Away(why))
            }
        }
    }
}

impl Known {
    /// Returns what was known before, unless it was found wanting.
    fn before(&self, anew: bool) -> Option<Metadata> {
        self.found.as_ref().filter(|_| !anew).map(|(_, metadata)| metadata.clone())
    }
}
