//! What is wrong with a command line: clap's error in, a sentence out that names options and values which are
//! known, and nothing that was typed: it may be a path that names a patient.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error};

use super::Cli;

/// The sentence; `None` where clap's own message holds nothing that was typed.
pub fn misuse(error: &Error) -> Option<String> {
    let option = known(error, ContextKind::InvalidArg).into_iter().next().unwrap_or_default();
    Some(match error.kind() {
        ErrorKind::MissingRequiredArgument
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::NoEquals => {
            let values = words(error, ContextKind::ValidValue).join(", ");
            let option = if option.is_empty() { "an argument" } else { &option };
            match &*values {
                "" => format!("{option} has a value that it cannot have"),
                values => format!("{option} has a value that it cannot have: it may be {values}"),
            }
        }
        ErrorKind::ArgumentConflict if !option.is_empty() => {
            match &*known(error, ContextKind::PriorArg).join(", ") {
                "" => format!("{option} cannot be given twice"),
                others if others == option => format!("{option} cannot be given twice"),
                others => format!("{option} cannot be given with {others}"),
            }
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues if !option.is_empty() => {
            format!("{option} wants a value")
        }
        ErrorKind::InvalidSubcommand => {
            let mut meant = words(error, ContextKind::SuggestedSubcommand);
            // Nobody means what sauva starts by itself.
            let program = Cli::command();
            meant.retain(|name| program.find_subcommand(name).is_some_and(|it| !it.is_hide_set()));
            format!("there is no such command{}", did_you_mean(&meant))
        }
        // What clap suggests is one of the options that there are.
        _ => {
            let meant = known(error, ContextKind::SuggestedArg);
            let what = "the command line has an argument that is not known, or too many";
            format!("{what}{}", did_you_mean(&meant))
        }
    })
}

fn did_you_mean(meant: &[String]) -> String {
    if meant.is_empty() {
        String::new()
    } else {
        format!(" (did you mean {}?)", meant.join(" or "))
    }
}

/// Names of options: `--input` of `--input <INPUT>`. A name that was typed has no place in these, but for an
/// unknown one, which is not told.
fn known(error: &Error, kind: ContextKind) -> Vec<String> {
    let is_typed = error.kind() == ErrorKind::UnknownArgument && kind == ContextKind::InvalidArg;
    let names = if is_typed { Vec::new() } else { words(error, kind) };
    let names = names.into_iter().filter(|name| name.starts_with("--"));
    names.map(|name| name.split(['=', ' ']).next().unwrap_or_default().to_owned()).collect()
}

fn words(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(word)) => vec![word.clone()],
        Some(ContextValue::Strings(words)) => words.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    fn told(words: &[&str]) -> String {
        let error = Cli::try_parse_from([&["sauva"], words].concat()).unwrap_err();
        misuse(&error).unwrap_or_else(|| error.to_string())
    }

    #[test]
    fn what_is_known_is_suggested() {
        let cases: [(&[&str], &str); 6] = [
            (&["run", "--outptu", "/b"], "did you mean --output?"),
            (&["runn"], "there is no such command (did you mean run?)"),
            (
                &["run", "--input", "/a", "--codec", "jpeg-lz"],
                "--codec has a value that it cannot have: it may be jpeg-ls,",
            ),
            (&["run", "--input", "/a", "--output", "/b", "--dry-run"], "--output"),
            (
                &["run", "--input", "/a", "--output", "/b", "-q", "-v"],
                "--quiet cannot be given with --verbose",
            ),
            (
                &["run", "--input", "/a", "--output", "/b", "--quiet", "--quiet"],
                "--quiet cannot be given twice",
            ),
        ];
        for (words, sentence) in cases {
            assert!(told(words).contains(sentence), "{words:?}: {}", told(words));
        }
    }

    #[test]
    fn what_was_typed_is_never_told() {
        let cases: [&[&str]; 9] = [
            &["DOE_JANE"],
            &["--DOE_JANE"],
            &["run", "DOE_JANE"],
            &["run", "--DOE_JANE"],
            &["run", "--input=DOE_JANE", "--outptu=DOE_JANE"],
            &["run", "--input", "/a", "--output", "/b", "--codec", "DOE_JANE"],
            &["run", "--input", "/a", "--output", "/b", "--threads", "DOE_JANE"],
            &["run", "--input", "DOE_JANE"],
            &["completions", "DOE_JANE"],
        ];
        for words in cases {
            assert!(!told(words).contains("JANE"), "{words:?}: {}", told(words));
        }
    }
}
