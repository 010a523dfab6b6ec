//! Where the guard stands in a document, and what it lets through.
//!
//! Invariant: this knows as much of XML as tells text from tags, and in case of doubt agrees with the tokenizer.

/// Where the guard stands.
#[derive(Clone, Copy, Debug)]
enum State {
    Text,
    /// After `<`.
    Open,
    /// After `<!` and some bytes of `[CDATA[`.
    Bang(u8),
    /// After `<!-`.
    Dash,
    Tag,
    Quoted(u8),
    /// After a `<!` of any other kind. All of it is refused, so its structure does not matter.
    Declaration,
    Section(Section),
}

/// What lasts until a `>` that follows enough of its marks: `]]>`, `-->`, `?>`.
#[derive(Clone, Copy, Debug)]
struct Section {
    mark: u8,
    count: u8,
    /// Marks seen last, at most two.
    seen: u8,
}

const CDATA: Section = Section { mark: b']', count: 2, seen: 0 };
const COMMENT: Section = Section { mark: b'-', count: 2, seen: 0 };
const INSTRUCTION: Section = Section { mark: b'?', count: 1, seen: 0 };

/// Looks at a document chunk by chunk.
#[derive(Debug)]
pub(super) struct Scan {
    limit: usize,
    state: State,
    /// Bytes let through since the run began.
    run: usize,
    /// Bytes let through since the tag began.
    tag: usize,
}

impl Scan {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, state: State::Text, run: 0, tag: 0 }
    }

    pub(super) fn tag(&self) -> usize {
        self.tag
    }

    pub(super) fn is_declaration(&self) -> bool {
        matches!(self.state, State::Declaration)
    }

    /// Returns how many bytes of the chunk may pass, and whether the rest of the run must go.
    pub(super) fn pass(&mut self, chunk: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while at < chunk.len() {
            let rest = &chunk[at..];
            let (length, cut) = match self.state {
                State::Text => self.pass_run(rest, b'<', State::Open),
                State::Quoted(quote) => self.pass_run(rest, quote, State::Tag),
                State::Section(section) => self.pass_section(rest, section),
                State::Open => {
                    self.tag = 0;
                    self.state = match rest[0] {
                        b'!' => State::Bang(0),
                        b'?' => State::Section(INSTRUCTION),
                        _ => State::Tag,
                    };
                    (usize::from(rest[0] == b'!' || rest[0] == b'?'), false)
                }
                State::Bang(matched) => {
                    self.state = match (matched, rest[0]) {
                        (0, b'-') => State::Dash,
                        (6, b'[') => State::Section(CDATA),
                        (0..6, byte) if byte == b"[CDATA"[usize::from(matched)] => State::Bang(matched + 1),
                        _ => State::Declaration,
                    };
                    (1, false)
                }
                State::Dash => {
                    self.state = if rest[0] == b'-' { State::Section(COMMENT) } else { State::Declaration };
                    (1, false)
                }
                State::Declaration => {
                    self.tag += rest.len();
                    (rest.len(), false)
                }
                State::Tag => (self.pass_tag(rest), false),
            };
            at += length;
            if cut {
                return (at, true);
            }
        }
        (at, false)
    }

    fn pass_run(&mut self, rest: &[u8], end: u8, next: State) -> (usize, bool) {
        let found = memchr::memchr(end, rest);
        let length = found.unwrap_or(rest.len());
        if let Some(cut) = cut(rest, length, self.run, self.limit) {
            return (cut, true);
        }
        self.run += length;
        if end != b'<' {
            self.tag += length;
        }
        if found.is_some() {
            self.run = 0;
            self.state = next;
            return (length + 1, false);
        }
        (length, false)
    }

    fn pass_section(&mut self, rest: &[u8], section: Section) -> (usize, bool) {
        let (length, end) = section.until(rest);
        // A cut just before the end would split `]]>`; the end is close, so let it pass.
        let inside = if end.is_none() { 0 } else { length };
        let is_instruction = section.mark == INSTRUCTION.mark;
        if !is_instruction && let Some(cut) = cut(rest, inside, self.run, self.limit) {
            self.state = State::Section(section.after(&rest[..cut]));
            return (cut, true);
        }
        self.run += length;
        // An instruction is never cut, and counts like a tag.
        self.tag += if is_instruction { length } else { 0 };
        self.move_to(end);
        (length, false)
    }

    fn pass_tag(&mut self, rest: &[u8]) -> usize {
        let found = memchr::memchr3(b'>', b'"', b'\'', rest);
        let length = found.map_or(rest.len(), |found| found + 1);
        self.tag += length;
        self.run = 0;
        match found.map(|found| rest[found]) {
            Some(b'>') => self.state = State::Text,
            Some(quote) => self.state = State::Quoted(quote),
            None => {}
        }
        length
    }

    /// Goes on in the section, or leaves it.
    fn move_to(&mut self, section: Option<Section>) {
        self.state = section.map_or(State::Text, State::Section);
        if section.is_none() {
            self.run = 0;
        }
    }

    /// Returns how many bytes of the chunk are dropped, and the end that must be given back.
    pub(super) fn skip(&mut self, chunk: &[u8]) -> (usize, &'static [u8]) {
        let end = match self.state {
            State::Section(section) => {
                let (length, end) = section.until(chunk);
                self.move_to(end);
                let ending: &[u8] = if section.mark == CDATA.mark { b"]]>" } else { b"-->" };
                return (length, if end.is_none() { ending } else { b"" });
            }
            State::Quoted(quote) => quote,
            _ => b'<',
        };
        (memchr::memchr(end, chunk).unwrap_or(chunk.len()), b"")
    }
}

impl Section {
    /// Returns the bytes up to and with the end of the section, or all of them and how the section goes on.
    fn until(self, rest: &[u8]) -> (usize, Option<Self>) {
        for end in memchr::memchr_iter(b'>', rest) {
            if self.after(&rest[..end]).seen >= self.count {
                return (end + 1, None);
            }
        }
        (rest.len(), Some(self.after(rest)))
    }

    /// Returns the section after these bytes, none of which end it.
    fn after(self, bytes: &[u8]) -> Self {
        let marks = bytes.iter().rev().take(2).take_while(|&&byte| byte == self.mark).count();
        let before = if marks == bytes.len() { self.seen } else { 0 };
        Self { seen: (marks as u8 + before).min(2), ..self }
    }
}

/// Returns where a run of `length` more bytes is cut, if it grows too long: at a character, and not inside a
/// reference such as `&quot;` unless that "reference" is absurdly long.
fn cut(rest: &[u8], length: usize, run: usize, limit: usize) -> Option<usize> {
    if run + length <= limit {
        return None;
    }
    let begin = limit.saturating_sub(run).min(length);
    let safe = |byte: u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b';') || is_inside(byte));
    let near = (begin..length).take(64).find(|&at| safe(rest[at]));
    match near {
        Some(at) => Some(at),
        None if run + length > limit + 128 => {
            (begin..length).rev().find(|&at| !is_inside(rest[at])).filter(|&at| at > 0 || run > limit)
        }
        None => None,
    }
}

/// Whether a byte of UTF-8 is not the first of its character.
fn is_inside(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}
