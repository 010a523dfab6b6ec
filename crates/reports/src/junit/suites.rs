//! The suites that are open, and what they say of themselves.
//!
//! Invariant: the path is the names of the open suites, joined; a suite without a name adds nothing to it.

use crate::limits;

const JOINT: &str = " › ";

/// What a suite's attributes say.
#[derive(Debug, Default)]
pub(super) struct Declared<'a> {
    pub(super) name: &'a str,
    pub(super) file: &'a str,
    pub(super) bad: Option<Bad>,
}

#[derive(Debug, Default)]
struct Frame {
    /// Lengths to return to.
    path: usize,
    files: usize,
    name: usize,
    /// Where the nearest file begins.
    file: usize,
    declared: Option<Bad>,
    /// Bad cases, and elements that say so: here, and here with all suites inside.
    cases: Counts,
    elements: Counts,
    /// Those, and the elements of marked attempts: some versions of Surefire declare these.
    attempts: Counts,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    own: u64,
    all: u64,
}

/// Failures and errors as a suite declares them. Several dialects write an error as a failure, or the other way
/// round, and some declare one twice.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bad {
    pub(super) sum: u64,
    pub(super) most: u64,
}

/// How many elements of a case say that something is bad.
#[derive(Debug, Clone, Copy)]
pub(super) struct Complaints {
    pub(super) elements: u64,
    /// With those of marked attempts.
    pub(super) attempts: u64,
}

#[derive(Debug)]
pub(super) struct Suites {
    path: String,
    files: String,
    frames: Vec<Frame>,
}

impl Suites {
    /// Begins with the report itself, which may hold cases without any suite.
    pub(super) fn new() -> Self {
        Self { path: String::new(), files: String::new(), frames: vec![Frame::default()] }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn depth(&self) -> usize {
        self.frames.len() - 1
    }

    /// Returns the name of the innermost suite.
    pub(super) fn name(&self) -> &str {
        self.frames.last().map_or("", |frame| &self.path[frame.name..])
    }

    /// Returns the file of the innermost suite that names one.
    pub(super) fn file(&self) -> Option<&str> {
        let file = self.frames.last().map_or("", |frame| &self.files[frame.file..]);
        Some(file).filter(|file| !file.is_empty())
    }

    pub(super) fn open(&mut self, declared: &Declared<'_>) {
        let mut frame = Frame {
            path: self.path.len(),
            files: self.files.len(),
            name: self.path.len(),
            file: self.frames.last().map_or(0, |frame| frame.file),
            declared: declared.bad,
            ..Frame::default()
        };
        if !declared.name.is_empty() {
            if !self.path.is_empty() {
                self.path.push_str(JOINT);
            }
            frame.name = self.path.len();
            self.path.push_str(declared.name);
        }
        if !declared.file.is_empty() {
            frame.file = self.files.len();
            self.files.push_str(declared.file);
        }
        self.frames.push(frame);
    }

    /// Counts a case that has something bad to tell.
    pub(super) fn count(&mut self, bad: bool, complaints: Complaints) {
        if let Some(frame) = self.frames.last_mut() {
            frame.cases.add(u64::from(bad));
            frame.elements.add(complaints.elements);
            frame.attempts.add(complaints.attempts);
        }
    }

    /// Leaves the innermost suite; returns what it says that its cases contradict.
    ///
    /// Dialects disagree whether a suite counts the cases of the suites inside it, and whether it counts cases
    /// or assertions (Catch2) or attempts (some versions of Surefire): any of these readings will do.
    pub(super) fn close(&mut self) -> Option<String> {
        if self.frames.len() < 2 {
            return None;
        }
        let frame = self.frames.pop()?;
        let name = &self.path[frame.name..];
        let found = frame.cases.all;
        let readings = [frame.cases, frame.elements, frame.attempts];
        let agrees =
            |declared| readings.iter().any(|counts| counts.own == declared || counts.all == declared);
        let contradiction = frame.declared.filter(|declared| !agrees(declared.sum) && !agrees(declared.most));
        let contradiction = contradiction.map(|declared| {
            let declared = declared.sum;
            let name = &name[..name.floor_char_boundary(limits::FIRST_LINE)];
            format!("the suite \"{name}\" declares {declared} failures and errors; its cases have {found}")
        });
        self.path.truncate(frame.path);
        self.files.truncate(frame.files);
        if let Some(outer) = self.frames.last_mut() {
            outer.cases.all += frame.cases.all;
            outer.elements.all += frame.elements.all;
            outer.attempts.all += frame.attempts.all;
        }
        contradiction
    }
}

impl Counts {
    fn add(&mut self, count: u64) {
        self.own += count;
        self.all += count;
    }
}
