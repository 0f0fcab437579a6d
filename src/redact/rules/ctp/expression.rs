//! A signature: what stands between its braces in, a condition out. `!` binds closest, then `*` (and), then
//! `+` (or).

use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom::dictionary_std::StandardDataDictionary;

use super::wrong;
use crate::dataset::Tag;
use crate::redact::rules::condition::number;
use crate::redact::rules::value::may_be_sequence;
use crate::redact::rules::{Condition, Form, How, Pattern, RulesError, Test};

/// How deep parentheses and negations may stand in each other.
const MOST_LEVELS: usize = 24;

/// Parses from behind an opening brace to the end of the text.
pub(super) fn parse(text: &str, at: usize) -> Result<Condition, RulesError> {
    let mut parser = Parser { text, at };
    let condition = parser.any(0)?;
    parser.space()?;
    if parser.rest().is_empty() {
        Ok(condition)
    } else {
        Err(parser.wrong("`*`, `+` or the end of the signature is expected here"))
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn wrong(&self, why: &str) -> RulesError {
        wrong(self.text, self.at, why)
    }

    /// Steps over spaces and comments, `//` to the end of the line and `/* */`.
    fn space(&mut self) -> Result<(), RulesError> {
        loop {
            self.at = self.text.len() - self.rest().trim_start().len();
            if self.rest().starts_with("//") {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            } else if self.rest().starts_with("/*") {
                let end = self.rest().find("*/");
                self.at += end.ok_or_else(|| self.wrong("a comment that nothing closes"))? + 2;
            } else {
                return Ok(());
            }
        }
    }

    /// Steps over this, where it comes next.
    fn takes(&mut self, expected: &str) -> Result<bool, RulesError> {
        self.space()?;
        let comes = self.rest().starts_with(expected);
        if comes {
            self.at += expected.len();
        }
        Ok(comes)
    }

    fn any(&mut self, level: usize) -> Result<Condition, RulesError> {
        let mut any = vec![self.all(level)?];
        while self.takes("+")? {
            any.push(self.all(level)?);
        }
        Ok(alone(any, Condition::Any))
    }

    fn all(&mut self, level: usize) -> Result<Condition, RulesError> {
        let mut all = vec![self.one(level)?];
        while self.takes("*")? {
            all.push(self.one(level)?);
        }
        Ok(alone(all, Condition::All))
    }

    fn one(&mut self, level: usize) -> Result<Condition, RulesError> {
        self.space()?;
        if level > MOST_LEVELS {
            return Err(self.wrong("parentheses stand too deep in each other"));
        }
        if self.takes("!")? {
            return Ok(Condition::Not(Box::new(self.one(level + 1)?)));
        }
        if self.tag_ahead('(', ')').is_none() && self.takes("(")? {
            let condition = self.any(level + 1)?;
            if self.takes(")")? {
                return Ok(condition);
            }
            return Err(self.wrong("`*`, `+` or `)` is expected here"));
        }
        if self.takes("true.")? {
            return Ok(Condition::All(Vec::new()));
        }
        if self.takes("false.")? {
            return Ok(Condition::Any(Vec::new()));
        }
        self.test()
    }

    /// `identifier.method("text")`.
    fn test(&mut self) -> Result<Condition, RulesError> {
        self.space()?;
        let start = self.at;
        let mut path = vec![self.identifier()?];
        while self.takes("::")? {
            path.push(self.identifier()?);
        }
        self.check(&path, start)?;
        if !self.takes(".")? {
            return Err(self.wrong("a method is expected here, as in Modality.equals(\"CT\")"));
        }
        self.space()?;
        let begin = self.at;
        let method = self.word();
        if !self.takes("(")? || !self.takes("\"")? {
            return Err(self.wrong("a text in quotes and parentheses is expected here"));
        }
        let argument = self.rest().split(['"', '\n']).next().unwrap_or_default();
        if argument.contains('\\') {
            return Err(self.wrong(
                "a backslash in a text, which readers of these scripts take differently: in an \
                 expression write [0-9] for a digit and [.] for a period",
            ));
        }
        self.at += argument.len();
        if !self.takes("\"")? || !self.takes(")")? {
            return Err(self.wrong("a text is not closed by a quote and a parenthesis"));
        }
        let how = how(method, argument).map_err(|why| wrong(self.text, begin, why))?;
        Ok(Condition::Test(Test { path, each: false, how }))
    }

    /// A chain of sequences ends in an attribute that is none; private ones may be either.
    fn check(&self, path: &[u32], start: usize) -> Result<(), RulesError> {
        let tag = |number: u32| Tag((number >> 16) as u16, number as u16);
        for (at, number) in path.iter().enumerate() {
            let is_last = at + 1 == path.len();
            if may_be_sequence(tag(*number)) == Some(is_last) {
                let why = "only sequences hold others, and only what is none has a text";
                return Err(wrong(self.text, start, why));
            }
        }
        Ok(())
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// An attribute by keyword or tag.
    fn identifier(&mut self) -> Result<u32, RulesError> {
        self.space()?;
        for (open, close) in [('[', ']'), ('(', ')')] {
            if let Some((tag, length)) = self.tag_ahead(open, close) {
                self.at += length;
                return Ok(tag);
            }
        }
        if self.rest().starts_with('[') {
            return Err(
                self.wrong("a tag is written [gggg,eeee], and private blocks are not known")
            );
        }
        let begin = self.at;
        let keyword = self.word();
        if keyword.is_empty() {
            return Err(self.wrong("an attribute is expected here, by keyword or tag"));
        }
        let known = ALIASES.iter().find(|alias| alias.0 == keyword).map(|alias| alias.1);
        let by_name = || {
            let tag = StandardDataDictionary.by_name(keyword)?.tag();
            Some(u32::from(tag.0) << 16 | u32::from(tag.1))
        };
        known.or_else(by_name).ok_or_else(|| {
            wrong(
                self.text,
                begin,
                "an attribute of no keyword in PS3.6: write its tag, [gggg,eeee]",
            )
        })
    }

    /// A tag in brackets that comes next, and the length of it.
    fn tag_ahead(&self, open: char, close: char) -> Option<(u32, usize)> {
        let rest = self.rest().trim_start();
        let space = self.rest().len() - rest.len();
        let inner = rest.strip_prefix(open)?;
        let (group, element) = (inner.get(..4)?, inner.get(5..9)?);
        if !inner[4..].starts_with(',') || !inner[9..].starts_with(close) {
            return None;
        }
        let digits = format!("{group}{element}");
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let tag = u32::from_str_radix(&digits, 16).ok().filter(|_| is_hex)?;
        Some((tag, space + 11))
    }
}

/// Names of the library below CTP, which are none of PS3.6.
const ALIASES: [(&str, u32); 2] =
    [("SeqOfUltrasoundRegions", 0x0018_6011), ("SoftwareVersion", 0x0018_1020)];

fn alone(mut conditions: Vec<Condition>, several: fn(Vec<Condition>) -> Condition) -> Condition {
    match conditions.pop() {
        Some(one) if conditions.is_empty() => one,
        Some(last) => {
            conditions.push(last);
            several(conditions)
        }
        None => several(conditions),
    }
}

fn how(method: &str, argument: &str) -> Result<How, &'static str> {
    let (name, ignore_case) = match method.strip_suffix("IgnoreCase") {
        Some(name) => (name, true),
        None => (method, false),
    };
    let form = match (name, ignore_case) {
        ("equals", _) => Form::Equals,
        ("contains", _) => Form::Contains,
        ("startsWith", _) => Form::StartsWith,
        ("endsWith", _) => Form::EndsWith,
        ("matches", false) => {
            return Pattern::new(argument)
                .map(How::Matches)
                .map_err(|_| "no regular expression that can be used here");
        }
        ("isLessThan", false) => {
            return number(argument).map(How::LessThan).ok_or("the text holds no number");
        }
        ("isGreaterThan", false) => {
            return number(argument).map(How::GreaterThan).ok_or("the text holds no number");
        }
        _ => {
            return Err("a method that is not known: known are equals, contains, startsWith and \
                        endsWith, each also with IgnoreCase, matches, isLessThan, isGreaterThan");
        }
    };
    Ok(How::text(form, argument, ignore_case))
}
