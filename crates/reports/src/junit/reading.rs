//! From tokens to cases.
//!
//! Invariant: the stack mirrors the open elements; an element that is not known is skipped with all it holds.

use quick_xml::events::{BytesStart, Event};

use super::attributes::Attributes;
use super::delivery::Delivery;
use super::record::Record;
use super::suites::{Bad, Declared};
use super::tag::CaseTag;
use super::words::{self, Verdict};
use crate::error::{Fault, Problem};
use crate::limits;
use crate::sniff::local_name;
use crate::text::{is_plain, push_attribute, push_cut, push_reference, push_text};
use crate::xml::brief;
use crate::{Item, Summary};

/// The name of the case that stands for a suite's own error.
const SUITE_ITSELF: &str = "(suite)";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    /// `<testsuites>`, which has no name that counts.
    Suites,
    Suite,
    Case,
    /// Says how a case went. Its text is a trace, and so is that of elements inside it.
    Verdict,
    /// The same, directly in a suite: the suite did not load, or its fixture failed. It becomes a case.
    SuiteVerdict,
    Properties,
    Property,
    CaseProperties,
    Ignored,
}

pub(super) struct Reading<'s> {
    pub(super) delivery: Delivery<'s>,
    stack: Vec<Element>,
    record: Record,
    name: String,
    value: String,
    found_root: bool,
}

impl<'s> Reading<'s> {
    pub(super) fn new(sink: &'s mut dyn FnMut(Item<'_>)) -> Self {
        Self {
            delivery: Delivery::new(sink),
            stack: Vec::new(),
            record: Record::default(),
            name: String::new(),
            value: String::new(),
            found_root: false,
        }
    }

    /// Takes a token; returns whether it was the last.
    #[inline]
    pub(super) fn take(&mut self, begin: u64, event: Event<'_>) -> Result<bool, Fault> {
        match event {
            Event::Start(tag) => {
                let element = self.open(begin, &tag)?;
                if self.stack.len() >= limits::ELEMENT_DEPTH {
                    return Err(Problem::ElementsTooDeep.within(0));
                }
                self.stack.push(element);
            }
            Event::Empty(tag) => {
                if self.is_passed(begin, &tag)? {
                    return Ok(false);
                }
                let element = self.open(begin, &tag)?;
                self.close(element);
            }
            Event::End(_) => {
                if let Some(element) = self.stack.pop() {
                    self.close(element);
                }
            }
            Event::Text(text) => self.text(&text)?,
            Event::CData(text) => self.text(&text)?,
            Event::GeneralRef(reference) => self.reference(&reference)?,
            Event::DocType(doctype) => return Err(self.document_type(&doctype).within(0)),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return Ok(true),
        }
        Ok(false)
    }

    /// Takes the most common of tags on a short path: an empty `<testcase>` with nothing to unescape.
    #[inline]
    fn is_passed(&mut self, begin: u64, tag: &BytesStart<'_>) -> Result<bool, Fault> {
        const NAME: &str = "testcase";
        let is_case = tag.name().into_inner() == NAME && self.stack.last() == Some(&Element::Suite);
        // One look at the whole tag costs less than one at each value.
        if !is_case || tag.len() > limits::NAME || !is_plain(tag) {
            return Ok(false);
        }
        let tag = CaseTag::read(Attributes::new(tag, NAME.len()))?;
        Ok(self.delivery.passed(begin, &tag))
    }

    /// Ends the reading at the end of the file.
    pub(super) fn finish(self) -> Result<Summary, Fault> {
        if let Some(&inside) = self.stack.last() {
            return Err(Problem::CutOff { inside: inside.tag().to_owned() }.within(0));
        }
        if !self.found_root {
            return Err(Problem::Empty.within(0));
        }
        Ok(self.delivery.finish())
    }

    fn document_type(&self, doctype: &str) -> Problem {
        let name = doctype.split(|c: char| c.is_whitespace() || c == '[').next().unwrap_or_default();
        if !self.found_root && name.eq_ignore_ascii_case("html") {
            return Problem::NotAReport { found: "an HTML page".to_owned() };
        }
        Problem::Doctype
    }

    fn open(&mut self, begin: u64, tag: &BytesStart<'_>) -> Result<Element, Fault> {
        let name = tag.name().into_inner();
        if name.len() > limits::ELEMENT_NAME {
            return Err(Problem::ElementNameTooLong.within(0));
        }
        let attributes = Attributes::new(tag, name.len());
        let element = if name.bytes().any(|byte| byte == b':') { local_name(name) } else { name };
        match self.stack.last() {
            Some(Element::Suite | Element::Suites) => self.open_in_suite(begin, element, attributes),
            Some(Element::Case) => match Verdict::of(element) {
                Some(verdict) => self.record.judge(verdict, attributes).map(|()| Element::Verdict),
                None if element == "properties" => Ok(Element::CaseProperties),
                None => Ok(Element::Ignored),
            },
            Some(Element::Verdict | Element::SuiteVerdict) => match element {
                // Surefire keeps the output of each attempt inside its verdict.
                "system-out" | "system-err" => Ok(Element::Ignored),
                _ => Ok(Element::Verdict),
            },
            Some(Element::Properties) if element == "property" => {
                self.property(attributes)?;
                Ok(Element::Property)
            }
            Some(Element::CaseProperties) if element == "property" => {
                self.property(attributes)?;
                if self.name == "repetition" {
                    self.record.repetition = Some(words::repetition(&self.value));
                }
                Ok(Element::Ignored)
            }
            Some(_) => Ok(Element::Ignored),
            None => self.open_root(begin, element, attributes),
        }
    }

    fn open_root(&mut self, begin: u64, element: &str, attributes: Attributes<'_>) -> Result<Element, Fault> {
        if !matches!(element, "testsuites" | "testsuite" | "testcase") {
            let found = format!("<{}>", brief(element));
            return Err(match self.found_root {
                false => Problem::NotAReport { found },
                true => Problem::AfterTheEnd { found },
            }
            .within(0));
        }
        self.found_root = true;
        self.open_in_suite(begin, element, attributes)
    }

    #[inline]
    fn open_in_suite(
        &mut self,
        begin: u64,
        element: &str,
        attributes: Attributes<'_>,
    ) -> Result<Element, Fault> {
        match element {
            "testcase" => {
                let tag = CaseTag::read(attributes)?;
                self.record.begin(begin, &tag).map(|()| Element::Case)
            }
            "testsuite" => self.open_suite(attributes, true).map(|()| Element::Suite),
            "testsuites" => self.open_suite(attributes, false).map(|()| Element::Suites),
            "properties" => Ok(Element::Properties),
            "error" | "failure" => {
                self.record.begin(begin, &CaseTag::default())?;
                push_cut(&mut self.record.class, self.delivery.suites().name(), limits::NAME);
                self.record.name.push_str(SUITE_ITSELF);
                let verdict = if element == "error" { Verdict::Error } else { Verdict::Failure };
                self.record.judge(verdict, attributes).map(|()| Element::SuiteVerdict)
            }
            _ => Ok(Element::Ignored),
        }
    }

    fn open_suite(&mut self, mut attributes: Attributes<'_>, named: bool) -> Result<(), Fault> {
        if self.delivery.suites().depth() >= limits::SUITE_DEPTH {
            return Err(Problem::SuitesTooDeep.within(0));
        }
        self.delivery.summary.suites += u64::from(named);
        let mut bad = None;
        self.name.clear();
        self.value.clear();
        while let Some(attribute) = attributes.next()? {
            let value = attribute.value;
            let keep = |out: &mut String| {
                out.clear();
                push_attribute(out, value, limits::NAME).map_err(|fault| fault.after(attribute.at))
            };
            match attribute.name {
                "name" if named => keep(&mut self.name)?,
                "file" | "filepath" => keep(&mut self.value)?,
                "timestamp" if value.len() < 64 && !value.contains('&') => {
                    self.delivery.summary.date(value.trim())
                }
                "failures" | "errors" => {
                    if let Ok(count) = value.trim().parse::<u32>() {
                        let bad = bad.get_or_insert_with(Bad::default);
                        bad.sum += u64::from(count);
                        bad.most = bad.most.max(u64::from(count));
                    }
                }
                _ => {}
            }
        }
        // The root's own counts add up those of its suites, which have been compared already.
        let bad = bad.filter(|_| named);
        self.delivery.open_suite(&Declared { name: &self.name, file: &self.value, bad });
        Ok(())
    }

    fn property(&mut self, mut attributes: Attributes<'_>) -> Result<(), Fault> {
        self.name.clear();
        self.value.clear();
        while let Some(attribute) = attributes.next()? {
            let out = match attribute.name {
                "name" => &mut self.name,
                "value" => &mut self.value,
                _ => continue,
            };
            out.clear();
            push_attribute(out, attribute.value, limits::NAME).map_err(|fault| fault.after(attribute.at))?;
        }
        Ok(())
    }

    #[inline]
    fn close(&mut self, element: Element) {
        match element {
            Element::Case | Element::SuiteVerdict => self.delivery.case(&mut self.record),
            Element::Suite | Element::Suites => self.delivery.close_suite(),
            Element::Property if !self.name.is_empty() => {
                self.delivery.property(&self.name, self.value.trim());
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        match self.stack.last() {
            Some(Element::Verdict | Element::SuiteVerdict) => self.record.tell(text),
            Some(Element::Property) => push_text(&mut self.value, text, limits::NAME),
            Some(_) => {}
            None => {
                let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
                if let Some(at) = text.find(|c| !blank(c)) {
                    let found = describe(&text[at..]);
                    return Err(match self.found_root {
                        false => Problem::NotAReport { found },
                        true => Problem::AfterTheEnd { found },
                    }
                    .within(at));
                }
            }
        }
        Ok(())
    }

    fn reference(&mut self, name: &str) -> Result<(), Fault> {
        match self.stack.last() {
            Some(Element::Verdict | Element::SuiteVerdict) => self.record.tell_reference(name),
            Some(Element::Property) => push_reference(&mut self.value, name, limits::NAME),
            Some(_) => push_reference(&mut String::new(), name, 0),
            None => self.text(&format!("&{};", brief(name))),
        }
    }
}

impl Element {
    fn tag(self) -> &'static str {
        match self {
            Self::Suites => "testsuites",
            Self::Suite => "testsuite",
            Self::Properties | Self::CaseProperties => "properties",
            Self::Property => "property",
            Self::Verdict => "failure> or <skipped",
            Self::SuiteVerdict => "error",
            Self::Case => "testcase",
            Self::Ignored => "system-out> or the like",
        }
    }
}

/// Names what stands where a report should begin.
fn describe(text: &str) -> String {
    match text.as_bytes() {
        [b'{' | b'[', ..] => "JSON".to_owned(),
        [b'P', b'K', 3, ..] => "a zip archive".to_owned(),
        [0x1f, ..] => "a gzip archive".to_owned(),
        [0..b' ', ..] => "binary data".to_owned(),
        _ => format!("the text \"{}\"", brief(text)),
    }
}
