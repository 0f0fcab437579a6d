//! What a terminal may be sent: the environment in, whether to colour and whether to draw out.
//!
//! The rules are those of <https://no-color.org> and <https://bixense.com/clicolors>, as the help and the
//! messages of the command line have them: `NO_COLOR` above all, then `CLICOLOR_FORCE`, then `CLICOLOR=0`; else
//! colours on terminals alone, but for `TERM=dumb`.

/// Whether to colour what goes to a stream. `env` gives variables of the environment.
pub fn wants_colours(is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> bool {
    let value = |name| env(name).filter(|value| !value.is_empty());
    if value("NO_COLOR").is_some() {
        return false;
    }
    if value("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    is_terminal && value("CLICOLOR").as_deref() != Some("0") && is_able(&env)
}

/// Whether lines on a terminal can be drawn anew: not on one that cannot move its cursor.
pub fn can_draw(is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> bool {
    is_terminal && is_able(&env)
}

fn is_able(env: &impl Fn(&str) -> Option<String>) -> bool {
    env("TERM").is_some_and(|term| !term.is_empty() && term != "dumb")
}

/// A variable of the environment, for the functions above.
pub fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_and_for_those_who_want_them() {
        type Case<'a> = (bool, &'a [(&'a str, &'a str)], bool);
        let term = ("TERM", "xterm");
        let table: [Case<'_>; 13] = [
            (true, &[term], true),
            (false, &[term], false),
            (true, &[], false),
            (true, &[("TERM", "dumb")], false),
            (true, &[("TERM", "dumb"), ("CLICOLOR", "1")], false),
            (true, &[term, ("NO_COLOR", "1")], false),
            (true, &[term, ("NO_COLOR", "")], true),
            (true, &[term, ("CLICOLOR", "0")], false),
            (true, &[term, ("CLICOLOR", "1")], true),
            (false, &[term, ("CLICOLOR", "1")], false),
            (false, &[term, ("CLICOLOR_FORCE", "1")], true),
            (false, &[term, ("CLICOLOR_FORCE", "0")], false),
            (true, &[term, ("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        ];
        for (is_terminal, env, wanted) in table {
            let found = |name: &str| {
                env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(wants_colours(is_terminal, found), wanted, "{is_terminal} {env:?}");
        }
        assert!(can_draw(true, |_| Some("xterm".into())));
        assert!(!can_draw(true, |_| Some("dumb".into())) && !can_draw(false, |_| None));
    }
}
