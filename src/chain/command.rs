//! The command of a copy: the words of the chain's file in, a program ready to be started out, with
//! what it is told of itself in its arguments and its environment.

use std::process::Command;

/// Which copy of a stage this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copy {
    /// From 0.
    pub number: usize,
    /// How many there are on all ranks.
    pub of: usize,
}

/// The placeholders of arguments; the variables are the same in upper case behind `SAUVA_`.
const PLACEHOLDERS: [&str; 3] = ["stage", "copy", "copies"];

/// What is wrong with a command, if anything.
pub(super) fn check(words: &[String]) -> Result<(), String> {
    if words.first().is_none_or(String::is_empty) {
        return Err(
            "command = [] names no program: write [\"program\", \"argument\", ..]".to_owned()
        );
    }
    if words.iter().any(|word| word.contains('\0')) {
        return Err("a word of command = [..] holds a NUL: no program can be given one".to_owned());
    }
    Ok(())
}

/// The program of a copy. The words have been checked.
pub(super) fn command(words: &[String], stage: &str, copy: Copy) -> Result<Command, String> {
    let value = |name: &str| match name {
        "stage" => stage.to_owned(),
        "copy" => copy.number.to_string(),
        _ => copy.of.to_string(),
    };
    let words: Vec<String> = words.iter().map(|word| fill(word, value)).collect();
    let (program, arguments) = words.split_first().ok_or("it names no program")?;
    let mut command = Command::new(program);
    command.args(arguments);
    for name in PLACEHOLDERS {
        command.env(format!("SAUVA_{}", name.to_uppercase()), value(name));
    }
    Ok(command)
}

/// A word with the placeholders in braces replaced. One in two pairs of braces stays in one; what is in braces and no
/// placeholder stays as it is.
fn fill(word: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find('{') {
        let (before, from_brace) = rest.split_at(at);
        filled.push_str(before);
        let known = |begin: &str, end: &str| {
            PLACEHOLDERS.into_iter().find_map(|name| {
                let behind = from_brace.strip_prefix(begin)?.strip_prefix(name)?;
                Some((name, behind.strip_prefix(end)?))
            })
        };
        rest = if let Some((name, behind)) = known("{{", "}}") {
            filled.extend(["{", name, "}"]);
            behind
        } else if let Some((name, behind)) = known("{", "}") {
            filled.push_str(&value(name));
            behind
        } else {
            filled.push('{');
            &from_brace[1..]
        };
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn a_copy_is_told_who_it_is() {
        let words = ["tool", "{stage}:{copy}/{copies}", "{{copy}}", "plain"].map(str::to_owned);
        let command = command(&words, "red", Copy { number: 2, of: 5 }).unwrap();
        assert_eq!(command.get_program(), "tool");
        let arguments: Vec<_> = command.get_args().collect();
        assert_eq!(arguments, ["red:2/5", "{copy}", "plain"]);
        let variables: Vec<_> = command.get_envs().collect();
        let expected = [("SAUVA_COPIES", "5"), ("SAUVA_COPY", "2"), ("SAUVA_STAGE", "red")];
        let expected = expected.map(|(name, value)| (OsStr::new(name), Some(OsStr::new(value))));
        assert_eq!(variables, expected);
    }

    #[test]
    fn what_is_no_placeholder_stays_as_it_is() {
        for word in ["{input}", "{copy", "a}b", "{{}}", "{ print $1 }", "{\"a\":{\"b\":1}}"] {
            assert_eq!(fill(word, |_| "x".to_owned()), word);
        }
        assert_eq!(fill("{{copy}}{copy}", |_| "x".to_owned()), "{copy}x");
        assert!(check(&["a\0b".to_owned()]).unwrap_err().contains("NUL"));
        assert!(check(&[]).unwrap_err().contains("names no program"));
    }
}
