//! SQL in, the same with `index` as the name of a table out: a keyword of SQL that starts no part of a SELECT.

/// Puts the bare word `index` in quotes. Strings, names in quotes and comments stay as they are.
pub(super) fn with_index_as_a_name(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 2);
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let (token, after) = rest.split_at(length);
        if token.eq_ignore_ascii_case("index") {
            out.extend(["\"", token, "\""]);
        } else {
            out.push_str(token);
        }
        rest = after;
    }
    out
}

/// The bytes of a word, of something in quotes, of a comment, or of one other character.
fn token_length(sql: &str, first: char) -> usize {
    let until = |end: &str, from: usize| {
        sql[from..].find(end).map_or(sql.len(), |at| from + at + end.len())
    };
    match first {
        '\'' | '"' | '`' => until(&first.to_string(), 1),
        '[' => until("]", 1),
        '-' if sql.starts_with("--") => until("\n", 2),
        '/' if sql.starts_with("/*") => until("*/", 2),
        _ if is_of_word(first) => sql.find(|c| !is_of_word(c)).unwrap_or(sql.len()),
        _ => first.len_utf8(),
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::with_index_as_a_name;

    #[test]
    fn only_the_bare_word_is_quoted() {
        let cases = [
            ("SELECT * FROM index", "SELECT * FROM \"index\""),
            ("select Index.path from INDEX;", "select \"Index\".path from \"INDEX\";"),
            (
                "SELECT 'index', \"index\", [index], `index`",
                "SELECT 'index', \"index\", [index], `index`",
            ),
            ("SELECT 'it''s index'", "SELECT 'it''s index'"),
            (
                "SELECT indexed, my_index, index2, éindex",
                "SELECT indexed, my_index, index2, éindex",
            ),
            ("-- index\nindex /* index */", "-- index\n\"index\" /* index */"),
            ("'index", "'index"),
            ("", ""),
        ];
        for (sql, wanted) in cases {
            assert_eq!(with_index_as_a_name(sql), wanted);
        }
    }
}
