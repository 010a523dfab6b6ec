//! What folds of corrections: what was withdrawn, carried forward, or put where it belongs.
//!
//! Invariant: what is corrected stays where it was, marked; what takes its place says so.

use super::Release;
use crate::carry::Carry;
use crate::envelope::{ActorId, Envelope, Position};
use crate::event::{EvidenceCarried, EvidenceCorrected, EvidenceWithdrawn};
use crate::evidence::{Attestation, Ingest, Summary, Withdrawal};
use crate::id::TrackId;
use crate::track::Track;

/// Something that was brought or signed for a build of a track, and can be withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brought<'a> {
    pub position: Position,
    /// The track that it is about, if it is about one.
    pub track: Option<&'a TrackId>,
    pub by: &'a ActorId,
    pub withdrawn: Option<&'a Withdrawal>,
}

impl Release {
    pub(super) fn withdrawn(&mut self, envelope: &Envelope, withdrawn: EvidenceWithdrawn) {
        let withdrawal = Withdrawal {
            by: envelope.actor.clone(),
            at: envelope.recorded_at,
            position: envelope.position,
            reason: withdrawn.reason,
        };
        if let Some(slot) = self.withdrawal_slot(withdrawn.evidence) {
            slot.get_or_insert(withdrawal);
        }
    }

    pub(super) fn carried(&mut self, envelope: &Envelope, carried: EvidenceCarried) {
        self.on_track(&carried.track, |track| {
            track.carried.push(Carry {
                position: envelope.position,
                evidence: carried.evidence,
                to: carried.to,
                reason: carried.reason,
                by: envelope.actor.clone(),
                at: envelope.recorded_at,
                withdrawn: None,
            });
        });
    }

    pub(super) fn corrected(&mut self, envelope: &Envelope, corrected: &EvidenceCorrected) {
        let Some(track) = self.tracks.get(&corrected.track) else { return };
        let place = format!("{} {}", track.description.name, track.build_label(&corrected.build));
        let of = corrected.evidence;
        let Some(piece) = self.tracks.values().find_map(|track| Piece::find(track, of)) else { return };
        if let Some(slot) = self.withdrawal_slot(of) {
            slot.get_or_insert(Withdrawal {
                by: envelope.actor.clone(),
                at: envelope.recorded_at,
                position: envelope.position,
                reason: format!("it belongs to {place}: {}", corrected.reason),
            });
        }
        self.on_track(&corrected.track, |track| match piece {
            Piece::Ingest(ingest) => {
                let mut ingested = ingest.ingested;
                ingested.track = corrected.track.clone();
                ingested.build = corrected.build.clone();
                track.ingests.push(Ingest {
                    position: envelope.position,
                    ingested,
                    corrects: Some(of),
                    withdrawn: None,
                    ..ingest
                });
            }
            Piece::Check(check) => track.attestations.push(Attestation {
                position: envelope.position,
                build: corrected.build.clone(),
                corrects: Some(of),
                withdrawn: None,
                ..check
            }),
            Piece::Summary(summary) => track.summaries.push(Summary {
                position: envelope.position,
                build: corrected.build.clone(),
                corrects: Some(of),
                withdrawn: None,
                ..summary
            }),
        });
    }

    /// Returns where the withdrawal of something is noted, if there is such a thing.
    fn withdrawal_slot(&mut self, position: Position) -> Option<&mut Option<Withdrawal>> {
        let of_tracks = self.tracks.values_mut().flat_map(|track| {
            let ingests = track.ingests.iter_mut().map(|of| (of.position, &mut of.withdrawn));
            let checks = track.attestations.iter_mut().map(|of| (of.position, &mut of.withdrawn));
            let summaries = track.summaries.iter_mut().map(|of| (of.position, &mut of.withdrawn));
            let sign_offs = track.sign_offs.iter_mut().map(|of| (of.position, &mut of.withdrawn));
            let assessments = track.assessments.iter_mut().map(|of| (of.position, &mut of.withdrawn));
            let carried = track.carried.iter_mut().map(|of| (of.position, &mut of.withdrawn));
            ingests.chain(checks).chain(summaries).chain(sign_offs).chain(assessments).chain(carried)
        });
        let wholes = self.wholes.iter_mut().map(|of| (of.position, &mut of.withdrawn));
        of_tracks.chain(wholes).find(|(of, _)| *of == position).map(|(_, slot)| slot)
    }

    /// Returns everything that was brought or signed and can be withdrawn.
    pub fn brought(&self) -> impl Iterator<Item = Brought<'_>> {
        let of_tracks = self.tracks.values().flat_map(|track| {
            let id = Some(&track.description.id);
            let ingests = track.ingests.iter().map(|of| (of.position, &of.actor, &of.withdrawn));
            let checks = track.attestations.iter().map(|of| (of.position, &of.actor, &of.withdrawn));
            let summaries = track.summaries.iter().map(|of| (of.position, &of.actor, &of.withdrawn));
            let sign_offs = track.sign_offs.iter().map(|of| (of.position, &of.actor, &of.withdrawn));
            let assessments = track.assessments.iter().map(|of| (of.position, &of.actor, &of.withdrawn));
            let carried = track.carried.iter().map(|of| (of.position, &of.by, &of.withdrawn));
            let all =
                ingests.chain(checks).chain(summaries).chain(sign_offs).chain(assessments).chain(carried);
            all.map(move |(position, by, withdrawn)| Brought {
                position,
                track: id,
                by,
                withdrawn: withdrawn.as_ref(),
            })
        });
        let wholes = self.wholes.iter().map(|of| Brought {
            position: of.position,
            track: None,
            by: &of.actor,
            withdrawn: of.withdrawn.as_ref(),
        });
        of_tracks.chain(wholes)
    }

    /// Returns what took the place of a piece of evidence that was put where it belongs, and its track.
    pub fn in_place_of(&self, evidence: Position) -> Option<(&Track, Position)> {
        self.tracks.values().find_map(|track| {
            let runs = track.ingests.iter().map(|of| (of.corrects, of.position));
            let checks = track.attestations.iter().map(|of| (of.corrects, of.position));
            let summaries = track.summaries.iter().map(|of| (of.corrects, of.position));
            let found = runs.chain(checks).chain(summaries).find(|(of, _)| *of == Some(evidence));
            found.map(|(_, position)| (track, position))
        })
    }

    /// Returns who brought something.
    pub fn brought_by(&self, position: Position) -> Option<&ActorId> {
        self.brought().find(|brought| brought.position == position).map(|brought| brought.by)
    }
}

/// A piece of evidence, to be put elsewhere.
enum Piece {
    Ingest(Ingest),
    Check(Attestation),
    Summary(Summary),
}

impl Piece {
    fn find(track: &Track, position: Position) -> Option<Self> {
        let ingest = track.ingests.iter().find(|of| of.position == position).cloned().map(Self::Ingest);
        let check = || track.attestations.iter().find(|of| of.position == position).cloned().map(Self::Check);
        let summary =
            || track.summaries.iter().find(|of| of.position == position).cloned().map(Self::Summary);
        ingest.or_else(check).or_else(summary)
    }
}
