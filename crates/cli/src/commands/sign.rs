//! `seaworthy signoff` and `seaworthy assess`: signing the candidate.

use domain::assessment::Recommendation;
use server::app::judgement::{AssessRequest, SignOffRequest};

use super::Outcome;
use super::waiver::settled;
use crate::arguments::{Assess, Recommend, Signoff};
use crate::client::Client;

pub(super) async fn signoff(client: &Client, signoff: Signoff) -> Outcome {
    let Signoff { release, track, build, function, notes, behalf, json } = signoff;
    let root = client.release(&release).await?;
    let behalf = super::ask::behalf(client, &root, behalf).await?;
    let said = format!("Signed off: {} stands by build {build} of {track}.", function.as_str());
    let request = SignOffRequest { build, function, notes, behalf };
    settled(client, &format!("{root}/tracks/{track}/signoffs"), &request, json, &said).await
}

pub(super) async fn assess(client: &Client, assess: Assess) -> Outcome {
    let Assess { release, track, build, recommendation, confidence, reasons, json } = assess;
    let recommendation = match recommendation {
        Recommend::Go => Recommendation::Go,
        Recommend::GoWithWaivers => Recommendation::GoWithWaivers,
        Recommend::NoGo => Recommendation::NoGo,
        Recommend::Defer => Recommendation::Defer,
    };
    let root = client.release(&release).await?;
    let said =
        format!("Signed: {}, {confidence} % sure, for build {build} of {track}.", recommendation.label());
    let request = AssessRequest { build, recommendation, confidence, reasons };
    settled(client, &format!("{root}/tracks/{track}/assessments"), &request, json, &said).await
}
