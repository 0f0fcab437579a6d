//! Command lines with places to fill: arguments as they were typed and the values of a unit in, arguments and
//! environment variables out.
//!
//! A place is a known word in braces, `{input}`. What is in braces and no such word stays as it is, so that `awk` and
//! JSON need no escapes; a known word in two pairs of braces, `{{input}}`, stays with one.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// Places, and whether each may be used with what was asked for.
const PLACES: [(&str, Needs); 13] = [
    ("input", Needs::Input),
    ("list", Needs::Input),
    ("output", Needs::Nothing),
    ("checkpoint", Needs::Nothing),
    ("unit", Needs::Nothing),
    ("rank", Needs::Nothing),
    ("repetitions", Needs::Nothing),
    ("attempt", Needs::Nothing),
    ("cpus", Needs::Nothing),
    ("master_addr", Needs::Gang),
    ("master_port", Needs::Gang),
    ("world_size", Needs::Gang),
    ("local_rank", Needs::Gang),
];
/// What begins the place of a parameter.
const PARAMETER: &str = "param:";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    Input,
    Gang,
}

/// What there is to fill places with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offer<'a> {
    /// Whether units are made of files.
    pub has_input: bool,
    /// Whether units start together.
    pub is_gang: bool,
    /// The names of parameters.
    pub parameters: &'a [String],
}

/// Why a command line cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Nothing is to be run.
    #[error("no command: say what to run after `--`")]
    Empty,
    /// A place of files without files.
    #[error("the command says {{{0}}}, which needs --input and --by")]
    NoInput(String),
    /// A place of a gang without one.
    #[error("the command says {{{0}}}, which needs --parallel")]
    NoGang(String),
    /// A parameter that is not in the table.
    #[error("the command says {{param:{0}}}, which is no column of --parameters")]
    NoParameter(String),
}

/// What the members of a gang know of each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gang {
    /// Where the first member is.
    pub address: String,
    /// A port that was free there.
    pub port: u16,
    /// How many they are.
    pub size: usize,
    /// The number of this member on its node.
    pub local_rank: usize,
}

/// The values of an attempt.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// The file or the folder of links.
    pub input: Option<&'a Path>,
    /// The file that lists paths.
    pub list: Option<&'a Path>,
    /// The folder for results.
    pub output: &'a Path,
    /// The folder that stays from attempt to attempt.
    pub checkpoint: &'a Path,
    /// The name of the unit.
    pub unit: &'a str,
    /// Its number, from 0.
    pub rank: u64,
    /// How many units there are.
    pub repetitions: u64,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// Processors that the program may use.
    pub cpus: usize,
    /// Names and values of parameters.
    pub parameters: &'a [(String, String)],
    /// Where units start together.
    pub gang: Option<&'a Gang>,
}

impl Values<'_> {
    fn of(&self, place: &str) -> Option<OsString> {
        if let Some(name) = place.strip_prefix(PARAMETER) {
            let found = self.parameters.iter().find(|(known, _)| known == name);
            return found.map(|(_, value)| value.into());
        }
        let text = |value: &dyn ToString| Some(OsString::from(value.to_string()));
        match place {
            "input" => self.input.map(Into::into),
            "list" => self.list.map(Into::into),
            "output" => Some(self.output.into()),
            "checkpoint" => Some(self.checkpoint.into()),
            "unit" => Some(self.unit.into()),
            "rank" => text(&self.rank),
            "repetitions" => text(&self.repetitions),
            "attempt" => text(&self.attempt),
            "cpus" => text(&self.cpus),
            "master_addr" => self.gang.map(|gang| OsString::from(&gang.address)),
            "master_port" => self.gang.and_then(|gang| text(&gang.port)),
            "world_size" => self.gang.and_then(|gang| text(&gang.size)),
            "local_rank" => self.gang.and_then(|gang| text(&gang.local_rank)),
            _ => None,
        }
    }

    /// The same as environment variables: `SAUVA_` and the place in capitals; for a gang also under the names that
    /// `torch.distributed` looks for.
    pub fn environment(&self) -> Vec<(OsString, OsString)> {
        let named = |(place, _): &(&str, Needs)| {
            let name = format!("SAUVA_{}", place.to_ascii_uppercase());
            Some((name.into(), self.of(place)?))
        };
        let parameters = self.parameters.iter();
        let parameter = |(name, value): &(String, String)| {
            (format!("SAUVA_PARAM_{}", variable_name(name)).into(), value.into())
        };
        let torch = [
            ("MASTER_ADDR", "master_addr"),
            ("MASTER_PORT", "master_port"),
            ("WORLD_SIZE", "world_size"),
            ("LOCAL_RANK", "local_rank"),
            ("RANK", "rank"),
        ];
        let torch = torch.into_iter().filter(|_| self.gang.is_some());
        let torch = torch.filter_map(|(name, place)| Some((name.into(), self.of(place)?)));
        PLACES.iter().filter_map(named).chain(parameters.map(parameter)).chain(torch).collect()
    }
}

/// A name as part of an environment variable's: capitals, digits and `_`.
pub fn variable_name(name: &str) -> String {
    let upper = name.chars().map(|letter| letter.to_ascii_uppercase());
    upper.map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect()
}

/// A command line with places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    arguments: Vec<Vec<Part>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Vec<u8>),
    Place(String),
}

impl Template {
    /// Finds the places in a program and its arguments, and checks that each can be filled.
    pub fn new(command: &[OsString], offer: Offer<'_>) -> Result<Self, TemplateError> {
        if command.first().is_none_or(|program| program.is_empty()) {
            return Err(TemplateError::Empty);
        }
        let parts = |argument: &OsString| parts(argument.as_bytes(), offer);
        Ok(Self { arguments: command.iter().map(parts).collect::<Result<_, _>>()? })
    }

    /// Whether some argument says this place.
    pub fn says(&self, place: &str) -> bool {
        let mut parts = self.arguments.iter().flatten();
        parts.any(|part| matches!(part, Part::Place(name) if name == place))
    }

    /// Whether something is filled into this argument; the program is the first.
    pub fn is_filled(&self, argument: usize) -> bool {
        let parts = self.arguments.get(argument).into_iter().flatten();
        parts.into_iter().any(|part| matches!(part, Part::Place(_)))
    }

    /// The program and its arguments for a unit.
    pub fn fill(&self, values: &Values<'_>) -> Vec<OsString> {
        let fill = |parts: &Vec<Part>| {
            let mut argument = Vec::new();
            for part in parts {
                match part {
                    Part::Text(text) => argument.extend_from_slice(text),
                    Part::Place(place) => {
                        let value = values.of(place).unwrap_or_default();
                        argument.extend_from_slice(OsStr::as_bytes(&value));
                    }
                }
            }
            OsString::from_vec(argument)
        };
        self.arguments.iter().map(fill).collect()
    }
}

fn parts(argument: &[u8], offer: Offer<'_>) -> Result<Vec<Part>, TemplateError> {
    let (mut parts, mut text, mut rest) = (Vec::new(), Vec::new(), argument);
    while let Some((&first, behind)) = rest.split_first() {
        if let Some((word, after)) = escaped(rest) {
            text.extend_from_slice(format!("{{{word}}}").as_bytes());
            rest = after;
        } else if let Some((word, after)) = place(rest) {
            check(word, offer)?;
            parts.push(Part::Text(std::mem::take(&mut text)));
            parts.push(Part::Place(word.to_owned()));
            rest = after;
        } else {
            text.push(first);
            rest = behind;
        }
    }
    parts.push(Part::Text(text));
    Ok(parts)
}

/// A known word in braces at the beginning, and what follows it.
fn place(text: &[u8]) -> Option<(&str, &[u8])> {
    let inside = text.strip_prefix(b"{")?;
    let end = inside.iter().position(|byte| *byte == b'}')?;
    let word = std::str::from_utf8(&inside[..end]).ok()?;
    let is_known = PLACES.iter().any(|(known, _)| *known == word) || word.starts_with(PARAMETER);
    is_known.then_some((word, &inside[end + 1..]))
}

fn escaped(text: &[u8]) -> Option<(&str, &[u8])> {
    let (word, after) = place(text.strip_prefix(b"{")?)?;
    Some((word, after.strip_prefix(b"}")?))
}

fn check(word: &str, offer: Offer<'_>) -> Result<(), TemplateError> {
    if let Some(name) = word.strip_prefix(PARAMETER) {
        let is_there = offer.parameters.iter().any(|known| known == name);
        return if is_there { Ok(()) } else { Err(TemplateError::NoParameter(name.to_owned())) };
    }
    let needs = PLACES.iter().find(|(known, _)| *known == word).map_or(Needs::Nothing, |it| it.1);
    match needs {
        Needs::Input if !offer.has_input => Err(TemplateError::NoInput(word.to_owned())),
        Needs::Gang if !offer.is_gang => Err(TemplateError::NoGang(word.to_owned())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values<'a>(parameters: &'a [(String, String)], gang: Option<&'a Gang>) -> Values<'a> {
        Values {
            input: Some(Path::new("/in/a b")),
            list: None,
            output: Path::new("/out"),
            checkpoint: Path::new("/check"),
            unit: "1.2.3",
            rank: 7,
            repetitions: 12,
            attempt: 1,
            cpus: 2,
            parameters,
            gang,
        }
    }

    fn filled(arguments: &[&str]) -> Vec<OsString> {
        let names = ["k".to_owned()];
        let offer = Offer { has_input: true, is_gang: false, parameters: &names };
        let command: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let parameters = [("k".to_owned(), "a}b".to_owned())];
        Template::new(&command, offer).unwrap().fill(&values(&parameters, None))
    }

    #[test]
    fn places_are_filled_wherever_they_stand_and_values_are_not_looked_at_again() {
        let got = filled(&["prog", "--in={input}", "{rank}of{repetitions}", "{param:k}{unit}", ""]);
        assert_eq!(got, ["prog", "--in=/in/a b", "7of12", "a}b1.2.3", ""]);
    }

    #[test]
    fn braces_of_others_stay_and_known_words_can_be_escaped() {
        let json = "{\"a\":{\"b\":1}}";
        let got =
            filled(&["awk", "{print $1}", "{{input}}", json, "{}", "{{}}", "{nothing}", "{input"]);
        let want = ["awk", "{print $1}", "{input}", json, "{}", "{{}}", "{nothing}", "{input"];
        assert_eq!(got, want);
    }

    #[test]
    fn what_cannot_be_filled_is_refused() {
        let refused = |argument: &str| {
            let command = ["prog".into(), argument.into()];
            Template::new(&command, Offer::default()).unwrap_err().to_string()
        };
        assert!(
            refused("{input}").contains("{input}, which needs --input"),
            "{}",
            refused("{input}")
        );
        assert!(refused("x{world_size}").contains("needs --parallel"));
        assert!(refused("{param:beta}").contains("{param:beta}, which is no column"));
        assert_eq!(Template::new(&[], Offer::default()), Err(TemplateError::Empty));
    }

    #[test]
    fn the_environment_says_the_same() {
        let parameters = [("learning rate".to_owned(), "0.1".to_owned())];
        let gang = Gang { address: "10.0.0.1".into(), port: 2000, size: 4, local_rank: 1 };
        let all = values(&parameters, Some(&gang)).environment();
        let value =
            |name: &str| all.iter().find(|(it, _)| it == name).map(|it| it.1.to_str().unwrap());
        assert_eq!(value("SAUVA_INPUT"), Some("/in/a b"));
        assert_eq!(value("SAUVA_LIST"), None);
        assert_eq!(value("SAUVA_PARAM_LEARNING_RATE"), Some("0.1"));
        assert_eq!((value("MASTER_ADDR"), value("RANK")), (Some("10.0.0.1"), Some("7")));
        assert!(values(&parameters, None).environment().iter().all(|(name, _)| name != "RANK"));
    }

    proptest! {
        #[test]
        fn text_without_known_words_is_left_as_it_is(text in "[a-c{} $:%]*") {
            let command = [OsString::from("prog"), OsString::from(&text)];
            let template = Template::new(&command, Offer::default()).unwrap();
            prop_assert_eq!(&template.fill(&values(&[], None))[1], &OsString::from(text));
        }
    }
}
