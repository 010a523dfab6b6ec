//! Failure messages that say the same of different cases: what varies is taken out, so that they group together.
//!
//! Invariant: a message that went through stays as it is when it goes through again, and is never longer than 200
//! characters; the work is one pass over the line, and passes over what is left of it.

/// The longest result, in characters.
const LONGEST: usize = 200;
/// How often the result, short as it is, is looked at again at most; nearly always once shows that it stays.
const AGAIN: usize = 100;
/// How much of a line is looked at, in characters.
const LOOKED_AT: usize = 4000;
/// A word that is longer than this is no word that anyone wrote.
const WORD: usize = 64;
/// What stands for whatever was taken out.
const GAP: char = '…';

/// What follows a number without a space and belongs to it: units of time, an exponent, the end of a timestamp.
const UNITS: [&str; 14] =
    ["ms", "s", "sec", "secs", "m", "min", "mins", "h", "us", "µs", "ns", "e", "E", "Z"];
/// Endings of source files, which are followed by a line number.
const SOURCES: [&str; 24] = [
    "kt", "kts", "java", "swift", "m", "mm", "py", "js", "mjs", "jsx", "ts", "tsx", "rs", "go", "rb", "dart",
    "cs", "php", "c", "cc", "cpp", "h", "scala", "groovy",
];
/// Folders that belong to a machine and not to the product.
const MACHINE: [&str; 12] = [
    "tmp",
    "var",
    "home",
    "Users",
    "private",
    "data",
    "storage",
    "sdcard",
    "builds",
    "root",
    "workspace",
    "github",
];

/// Returns the first line of a message without what varies from case to case: numbers, hex, UUIDs, times, durations,
/// quoted texts, places in files, addresses and temporary names.
///
/// ```
/// let one = reports::alike("java.lang.AssertionError: expected:<3> but was:<5>");
/// assert_eq!(one, "java.lang.AssertionError: expected:<…> but was:<…>");
/// assert_eq!(one, reports::alike("java.lang.AssertionError: expected:<70> but was:<-9.5>"));
/// ```
pub fn alike(message: &str) -> String {
    let mut once = pass(telling_line(message));
    // What was taken out can leave a quote alone that had its other half, so what is left is looked at again.
    for _ in 0..AGAIN {
        let again = pass(once.clone());
        if again == once {
            break;
        }
        once = again;
    }
    once.into_iter().collect()
}

fn pass(line: Vec<char>) -> Vec<char> {
    let mut pass = Pass { line, at: 0, out: Vec::new() };
    while pass.step() {}
    while pass.out.last() == Some(&' ') {
        pass.out.pop();
    }
    pass.out
}

/// The first line that is not empty; of a Python traceback the one that names the error.
fn telling_line(message: &str) -> Vec<char> {
    let mut lines = message.split(['\n', '\r']).map(visible).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if first.iter().copied().eq("Traceback (most recent call last):".chars()) {
        let indented = |line: &&str| line.starts_with([' ', '\t']);
        let rest = message.split(['\n', '\r']).filter(|line| !indented(line)).map(visible);
        return rest.filter(|line| !line.is_empty()).nth(1).unwrap_or(first);
    }
    first
}

/// Returns a line as a terminal shows it: without colours and control characters, and without space around it.
fn visible(line: &str) -> Vec<char> {
    let mut chars = line.chars().take(LOOKED_AT);
    let mut visible = Vec::new();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // A sequence ends with a letter: `ESC [ 31 m`.
            chars.find(char::is_ascii_alphabetic);
        } else if c.is_whitespace() {
            visible.push(' ');
        } else if !c.is_control() {
            visible.push(c);
        }
    }
    let end = visible.iter().rposition(|c| *c != ' ').map_or(0, |last| last + 1);
    visible.truncate(end);
    let start = visible.iter().position(|c| *c != ' ').unwrap_or(0);
    visible.split_off(start)
}

struct Pass {
    line: Vec<char>,
    at: usize,
    out: Vec<char>,
}

impl Pass {
    /// Takes one step; `false` when the line or the room is at its end.
    fn step(&mut self) -> bool {
        let Some(&c) = self.line.get(self.at) else { return false };
        if c == ' ' {
            self.at += 1;
            return self.out.last() == Some(&' ') || self.put(&[' ']);
        }
        if let Some(length) = self.place() {
            self.at += length;
            return self.put_gap();
        }
        if is_word(&c) {
            return self.word();
        }
        if let Some((closing, length)) = self.quoted(c) {
            self.at += length;
            return self.put(&[c, GAP, closing]);
        }
        self.at += 1;
        self.put(&[c])
    }

    fn rest(&self) -> &[char] {
        self.line.get(self.at..).unwrap_or_default()
    }

    /// Adds to the result, if there is room for all of it.
    fn put(&mut self, chars: &[char]) -> bool {
        let fits = self.out.len() + chars.len() <= LONGEST;
        if fits {
            self.out.extend_from_slice(chars);
        }
        fits
    }

    /// Adds a gap. A sign before it goes with it, and gaps that only `.`, `,`, `:`, `-`, `+` or `/` parts are one.
    fn put_gap(&mut self) -> bool {
        if let [before @ .., '-' | '+'] = self.out.as_slice()
            && matches!(before.last(), None | Some(' ' | '(' | '[' | '<' | '=' | ':' | ','))
        {
            self.out.pop();
        }
        if let [.., GAP, '.' | ',' | ':' | '-' | '+' | '/'] = self.out.as_slice() {
            self.out.pop();
        }
        self.out.last() == Some(&GAP) || self.put(&[GAP])
    }

    fn word(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.iter().position(|c| !is_word(c)).unwrap_or(rest.len());
        let length = if is_uuid(rest) { UUID.len() } else { length };
        let word: Vec<char> = rest.iter().take(length).copied().collect();
        // What tools call a temporary file: `tmp` and letters that nobody chose.
        let temporary = length >= 6 && word.starts_with(&['t', 'm', 'p']) && !is_about_temporary(&word);
        let is_address = self.out.last() == Some(&'@');
        self.at += length;
        if is_uuid(&word) || (!temporary && varies(&word, is_address)) {
            return self.put_gap();
        }
        let mut kept: Vec<char> = Vec::with_capacity(length);
        let digits_out = word.iter().map(|c| if c.is_ascii_digit() { GAP } else { *c });
        for c in digits_out.take(if temporary { 3 } else { length }).chain(temporary.then_some(GAP)) {
            if c != GAP || kept.last() != Some(&GAP) {
                kept.push(c);
            }
        }
        if kept == [GAP] { self.put_gap() } else { self.put(&kept) }
    }

    /// Returns the closing quote and the length of a quoted text that begins here.
    fn quoted(&self, opening: char) -> Option<(char, usize)> {
        let closing = match opening {
            '"' | '\'' | '`' => opening,
            '“' => '”',
            '‘' => '’',
            '«' => '»',
            _ => return None,
        };
        let rest = self.rest();
        if rest.starts_with(&[opening, GAP, closing]) {
            return Some((closing, 3));
        }
        // Within a word it is an apostrophe: "didn't".
        let apostrophe = matches!(closing, '\'' | '’');
        if apostrophe && self.out.last().is_some_and(is_word) {
            return None;
        }
        let mut at = 1;
        while let Some(&c) = rest.get(at) {
            if c == '\\' {
                at += 1;
            } else if c == closing && !(apostrophe && rest.get(at + 1).is_some_and(is_word)) {
                return Some((closing, at + 1));
            }
            at += 1;
        }
        None
    }

    /// Returns the length of a place in a file that begins here: a path of the machine, or a source with its line.
    fn place(&self) -> Option<usize> {
        let begins = |c: &char| {
            matches!(c, ' ' | '(' | '[' | '{' | '<' | '>' | '=' | ',' | ';' | '|' | '"' | '\'' | '`')
        };
        if !self.out.last().is_none_or(begins) {
            return None;
        }
        let ends = |c: &char| {
            matches!(
                c,
                ' ' | '('
                    | ')'
                    | '['
                    | ']'
                    | '{'
                    | '}'
                    | '<'
                    | '>'
                    | ','
                    | ';'
                    | '|'
                    | '"'
                    | '\''
                    | '`'
                    | '“'
                    | '”'
                    | '‘'
                    | '’'
                    | '«'
                    | '»'
            )
        };
        let rest = self.rest();
        let chunk = rest.get(..rest.iter().position(ends).unwrap_or(rest.len()))?;
        match chunk {
            ['/', path @ ..] | ['f', 'i', 'l', 'e', ':', '/', '/', '/', path @ ..] => {
                let folder: String = path.iter().take_while(|c| **c != '/').take(WORD).collect();
                let on_machine = MACHINE.contains(&folder.as_str()) && path.len() > folder.chars().count();
                on_machine.then_some(chunk.len()).or_else(|| source_and_line(chunk))
            }
            [drive, ':', '\\', ..] if drive.is_ascii_alphabetic() => Some(chunk.len()),
            chunk => source_and_line(chunk),
        }
    }
}

/// Returns the length of a source file with its line, and its column if told: `CheckoutTest.kt:42`.
fn source_and_line(chunk: &[char]) -> Option<usize> {
    let is_line = |pair: &[char]| matches!(pair, [':', digit] if digit.is_ascii_digit());
    let colon = chunk.windows(2).position(is_line)?;
    let (path, line) = chunk.split_at(colon);
    let dot = path.iter().rposition(|c| *c == '.')?;
    let ending: String = path.iter().skip(dot + 1).take(8).collect();
    if !SOURCES.contains(&ending.as_str()) {
        return None;
    }
    // The line, and perhaps the column: each a colon with digits.
    let mut end = 0;
    while line.get(end..end + 2).is_some_and(is_line) {
        let digits = line.iter().skip(end + 1).take_while(|c| c.is_ascii_digit()).count();
        end += 1 + digits;
    }
    Some(colon + end)
}

fn is_word(c: &char) -> bool {
    c.is_alphanumeric() || *c == '_' || *c == GAP
}

const UUID: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/// Tells whether a UUID begins here, and ends with a word.
fn is_uuid(rest: &[char]) -> bool {
    let mut chars = rest.iter();
    let fits = UUID.chars().all(|shape| {
        chars.next().is_some_and(|c| if shape == '-' { *c == '-' } else { c.is_ascii_hexdigit() })
    });
    fits && !chars.next().is_some_and(is_word)
}

/// Tells whether a word as a whole varies from case to case.
fn varies(word: &[char], is_address: bool) -> bool {
    let digits = word.iter().filter(|c| c.is_ascii_digit()).count();
    let is_hex = word.iter().all(char::is_ascii_hexdigit);
    let after_digits: String = word.iter().skip_while(|c| c.is_ascii_digit()).take(5).collect();
    let groups = word.split(|c| !c.is_ascii_digit()).filter(|group| !group.is_empty()).count();
    let begins_with_digit = word.first().is_some_and(char::is_ascii_digit);
    let is_moment = begins_with_digit
        && word.iter().filter(|c| !c.is_ascii_digit()).eq(['T'].iter())
        && word.last().is_some_and(char::is_ascii_digit);
    word.len() > WORD
        || digits == word.len()
        || is_moment
        || (is_hex && digits > 0 && word.len() >= 6)
        || (is_hex && is_address && (digits > 0 || word.len() >= 6))
        || matches!(word, ['0', 'x' | 'X', hex @ ..] if !hex.is_empty() && hex.iter().all(char::is_ascii_hexdigit))
        || (begins_with_digit && UNITS.contains(&after_digits.as_str()))
        || (word.len() >= 10 && groups >= 3)
}

fn is_about_temporary(word: &[char]) -> bool {
    ["tmpfile", "tmpdir", "tmpfs"].iter().any(|known| known.chars().eq(word.iter().copied()))
}
