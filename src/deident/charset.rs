//! Character sets (PS3.5 section 6.1): bytes under a Specific Character Set (0008,0005) in, text out.
//! What cannot be decoded becomes U+FFFD, which no rule lets through.

use std::borrow::Cow;

use encoding_rs::Encoding;

use crate::dataset::{DataSet, Element, VR, Value};
use dicom::dictionary_std::tags;

/// Specific Character Set as it may be written: as it is where its values are defined terms; else UTF-8,
/// in which text is written.
pub(super) fn valid(element: Element) -> Element {
    let are_terms = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes)
            .split('\\')
            .all(|value| is_term(value.trim_matches([' ', '\0'])))
    };
    match &element.value {
        Value::Bytes(bytes) if are_terms(bytes) => element,
        _ => Element::text(element.tag, VR::CS, "ISO_IR 192"),
    }
}

/// How the text of a data set is coded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CharacterSet {
    /// What bytes from 0x80 on mean, before any escape sequence.
    upper: Upper,
}

/// What the upper half of the code table holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Upper {
    /// Nothing: bytes there have no meaning.
    #[default]
    None,
    /// One byte a character, or what the encoding makes of a run of bytes.
    Encoding(&'static Encoding),
    /// Katakana of half width, JIS X 0201.
    Katakana,
}

/// What the lower half holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lower {
    Ascii,
    /// JIS X 0208: two bytes a character.
    Jis0208,
    /// JIS X 0212.
    Jis0212,
}

const ESCAPE: u8 = 0x1B;

/// Whether this is a defined term of Specific Character Set (PS3.3 section C.12.1.1.2).
fn is_term(value: &str) -> bool {
    const ISO_IR: [&str; 14] = [
        "6", "13", "100", "101", "109", "110", "126", "127", "138", "144", "148", "166", "192",
        "203",
    ];
    const ISO_2022: [&str; 17] = [
        "6", "13", "58", "87", "100", "101", "109", "110", "126", "127", "138", "144", "148",
        "149", "159", "166", "203",
    ];
    match value.rsplit_once(' ') {
        None => matches!(value, "" | "GB18030" | "GBK"),
        Some(("ISO_IR", number)) => ISO_IR.contains(&number),
        Some(("ISO 2022 IR", number)) => ISO_2022.contains(&number),
        Some(_) => false,
    }
}

impl CharacterSet {
    /// The character set that a data set declares; `None` where it declares none, and that of the
    /// enclosing data set holds.
    pub(crate) fn declared(data_set: &DataSet) -> Option<Self> {
        let terms = data_set.bytes(tags::SPECIFIC_CHARACTER_SET)?;
        // Some write hyphens, as the standard does in its text.
        let terms = String::from_utf8_lossy(terms).replace("ISO-IR", "ISO_IR");
        // Further values allow escape sequences; those are understood wherever they stand.
        let first = terms.split('\\').next().unwrap_or_default();
        Some(Self { upper: upper(first.trim_matches([' ', '\0'])) })
    }

    /// The bytes of an identifier, in UTF-8 whatever its character set; as they are where they cannot be
    /// decoded, so that two that differ stay two.
    pub(crate) fn decode_identifier<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        match self.decode(bytes) {
            Cow::Owned(text) if !text.contains('\u{FFFD}') => text.into_bytes().into(),
            _ => bytes.into(),
        }
    }

    /// The text that the bytes mean.
    pub(crate) fn decode<'a>(&self, bytes: &'a [u8]) -> Cow<'a, str> {
        if bytes.is_ascii() && !bytes.contains(&ESCAPE) {
            return String::from_utf8_lossy(bytes);
        }
        if bytes.contains(&ESCAPE) {
            return self.with_escapes(bytes).into();
        }
        match self.upper {
            Upper::Encoding(encoding) => encoding.decode_without_bom_handling(bytes).0,
            Upper::None | Upper::Katakana => self.with_escapes(bytes).into(),
        }
    }

    /// Code extension (PS3.5 section 6.1.2.5): escape sequences hold until the end of the value or of
    /// a component, or until a control character.
    fn with_escapes(&self, bytes: &[u8]) -> String {
        let mut text = String::with_capacity(bytes.len());
        let (mut lower, mut upper) = (Lower::Ascii, self.upper);
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            if byte == ESCAPE {
                let Some((length, changed)) = escape(rest) else {
                    text.push('\u{FFFD}');
                    rest = &rest[1..];
                    continue;
                };
                match changed {
                    Changed::Lower(to) => lower = to,
                    Changed::Upper(to) => upper = to,
                }
                rest = &rest[length..];
                continue;
            }
            let is_delimiter = matches!(byte, b'\\' | b'^' | b'=' | b'\r' | b'\n' | 0x0C | b'\t');
            if is_delimiter && lower == Lower::Ascii {
                upper = self.upper;
            } else if matches!(byte, b'\r' | b'\n' | 0x0C | b'\t') {
                lower = Lower::Ascii;
                upper = self.upper;
            }
            let taken = if byte < 0x80 {
                low(rest, lower, &mut text)
            } else {
                high(rest, upper, &mut text)
            };
            rest = &rest[taken..];
        }
        text
    }
}

/// Takes the character at the front, below 0x80; returns how many bytes it had.
fn low(bytes: &[u8], lower: Lower, text: &mut String) -> usize {
    let is_graphic = (0x21..0x7F).contains(&bytes[0]);
    if lower == Lower::Ascii || !is_graphic {
        text.push(char::from(bytes[0]));
        return 1;
    }
    let Some(&second) = bytes.get(1).filter(|second| (0x21..0x7F).contains(*second)) else {
        text.push('\u{FFFD}');
        return 1;
    };
    let pair = [bytes[0] | 0x80, second | 0x80];
    let coded = if lower == Lower::Jis0212 { vec![0x8F, pair[0], pair[1]] } else { pair.to_vec() };
    text.push_str(&encoding_rs::EUC_JP.decode_without_bom_handling(&coded).0);
    2
}

/// Takes the characters at the front, from 0x80 on; returns how many bytes they had.
fn high(bytes: &[u8], upper: Upper, text: &mut String) -> usize {
    match upper {
        Upper::None => {
            text.push('\u{FFFD}');
            1
        }
        Upper::Katakana => {
            let offset = u32::from(bytes[0]).checked_sub(0xA1).filter(|offset| *offset < 0x3F);
            let katakana = offset.and_then(|offset| char::from_u32(0xFF61 + offset));
            text.push(katakana.unwrap_or('\u{FFFD}'));
            1
        }
        Upper::Encoding(encoding) => {
            let run = bytes.iter().take_while(|byte| **byte >= 0x80).count();
            text.push_str(&encoding.decode_without_bom_handling(&bytes[..run]).0);
            run
        }
    }
}

enum Changed {
    Lower(Lower),
    Upper(Upper),
}

/// The escape sequence at the front, with its length (PS3.3 tables C.12-3 and C.12-4).
fn escape(bytes: &[u8]) -> Option<(usize, Changed)> {
    let single = |encoding| Changed::Upper(Upper::Encoding(encoding));
    Some(match bytes.get(1..)? {
        [b'$', b'(', b'D', ..] => (4, Changed::Lower(Lower::Jis0212)),
        [b'$', b')', b'C', ..] => (4, single(encoding_rs::EUC_KR)),
        [b'$', b')', b'A', ..] => (4, single(encoding_rs::GBK)),
        [b'$', b'B' | b'@', ..] => (3, Changed::Lower(Lower::Jis0208)),
        [b'(', b'B' | b'J', ..] => (3, Changed::Lower(Lower::Ascii)),
        [b')', b'I', ..] => (3, Changed::Upper(Upper::Katakana)),
        [b'-', last, ..] => (3, single(latin(*last)?)),
        _ => return None,
    })
}

/// The parts of ISO 8859 by the last byte of their escape sequence.
fn latin(last: u8) -> Option<&'static Encoding> {
    Some(match last {
        b'A' => encoding_rs::WINDOWS_1252,
        b'B' => encoding_rs::ISO_8859_2,
        b'C' => encoding_rs::ISO_8859_3,
        b'D' => encoding_rs::ISO_8859_4,
        b'F' => encoding_rs::ISO_8859_7,
        b'G' => encoding_rs::ISO_8859_6,
        b'H' => encoding_rs::ISO_8859_8,
        b'L' => encoding_rs::ISO_8859_5,
        b'M' => encoding_rs::WINDOWS_1254,
        b'T' => encoding_rs::WINDOWS_874,
        b'b' => encoding_rs::ISO_8859_15,
        _ => return None,
    })
}

/// The upper half by a defined term of Specific Character Set (PS3.3 tables C.12-2 to C.12-5). Writers
/// put underscores and hyphens where the standard has spaces.
fn upper(term: &str) -> Upper {
    let number = term
        .strip_prefix("ISO")
        .map(|rest| rest.trim_start_matches([' ', '_', '-']))
        .map(|rest| rest.strip_prefix("2022").unwrap_or(rest).trim_start_matches([' ', '_', '-']))
        .and_then(|rest| rest.strip_prefix("IR"))
        .map(|rest| rest.trim_start_matches([' ', '_', '-']));
    let encoding = match (term, number) {
        ("GB18030", _) => encoding_rs::GB18030,
        ("GBK", _) => encoding_rs::GBK,
        (_, Some("192")) => encoding_rs::UTF_8,
        (_, Some("100")) => encoding_rs::WINDOWS_1252,
        (_, Some("101")) => encoding_rs::ISO_8859_2,
        (_, Some("109")) => encoding_rs::ISO_8859_3,
        (_, Some("110")) => encoding_rs::ISO_8859_4,
        (_, Some("126")) => encoding_rs::ISO_8859_7,
        (_, Some("127")) => encoding_rs::ISO_8859_6,
        (_, Some("138")) => encoding_rs::ISO_8859_8,
        (_, Some("144")) => encoding_rs::ISO_8859_5,
        (_, Some("148")) => encoding_rs::WINDOWS_1254,
        (_, Some("149")) => encoding_rs::EUC_KR,
        (_, Some("166")) => encoding_rs::WINDOWS_874,
        (_, Some("203")) => encoding_rs::ISO_8859_15,
        (_, Some("58")) => encoding_rs::GBK,
        (_, Some("13")) => return Upper::Katakana,
        _ => return Upper::None,
    };
    Upper::Encoding(encoding)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::VR;

    fn decoded(terms: &str, bytes: &[u8]) -> String {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::SPECIFIC_CHARACTER_SET, VR::CS, terms);
        CharacterSet::declared(&data_set).unwrap().decode(bytes).into_owned()
    }

    #[test]
    fn the_examples_of_the_standard_are_read() {
        // PS3.5 annexes H, I, J and K.
        let japanese =
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B";
        assert_eq!(decoded(r"\ISO 2022 IR 87", japanese), "Yamada^Tarou=山田^太郎=やまだ^たろう");
        let katakana = b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J";
        assert_eq!(decoded(r"ISO 2022 IR 13\ISO 2022 IR 87", katakana), "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎");
        let korean = b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7";
        assert_eq!(decoded(r"\ISO 2022 IR 149", korean), "Hong^Gildong=洪^吉洞");
        let chinese = "Wang^XiaoDong=王^小东";
        assert_eq!(decoded("ISO_IR 192", chinese.as_bytes()), chinese);
        let gb = b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab";
        assert_eq!(decoded("GB18030", gb), chinese);
    }

    #[test]
    fn latin_greek_cyrillic_and_arabic_are_read() {
        assert_eq!(decoded("ISO_IR 100", b"Buc^J\xe9r\xf4me"), "Buc^Jérôme");
        assert_eq!(decoded("ISO_IR 126", b"\xc4\xe9\xef"), "Διο");
        assert_eq!(decoded("ISO_IR 144", b"\xbb\xee\xda"), "Люк");
        assert_eq!(decoded("ISO_IR 127", b"\xe2\xc8"), "قب");
        assert_eq!(decoded("ISO 2022 IR 100", b"J\xe9"), "Jé");
    }

    #[test]
    fn what_cannot_be_read_is_marked() {
        assert_eq!(decoded("ISO_IR 192", b"M\xfcller"), "M\u{FFFD}ller");
        assert_eq!(decoded("", b"M\xfcller"), "M\u{FFFD}ller");
        assert_eq!(decoded("NONSENSE", b"M\xfc"), "M\u{FFFD}");
        assert_eq!(decoded("ISO_IR 100", b"a\x1bZb"), "a\u{FFFD}Zb");
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            for terms in ["", "ISO_IR 192", r"ISO 2022 IR 13\ISO 2022 IR 87", r"\ISO 2022 IR 149", "GB18030"] {
                let _ = decoded(terms, &bytes);
            }
        }
    }
}
