//! Descriptions that people wrote, reduced to words that say nothing of a person (PS3.15 section E.3.5):
//! a text in, its known words and short numbers out. Words are judged in their neighbourhood: what
//! follows a title, stands beside a month or an age, or spells a name or a number in pieces, goes.

use super::forms::MONTHS;
use super::words::is_common;

/// Digits in a number that may stand in a description: more are a number of somebody.
const MOST_DIGITS: usize = 4;
/// Digits in a row of numbers.
const MOST_DIGITS_IN_ROW: usize = 5;
/// Single letters in a row: more spell a word.
const MOST_LETTERS_IN_ROW: usize = 2;

const TITLES: [&str; 15] = [
    "dra",
    "drs",
    "mrs",
    "miss",
    "prof",
    "professor",
    "doctor",
    "herr",
    "frau",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "senor",
    "senora",
];
/// In capitals these are modalities, and a disease.
const MODALITIES_TOO: [&str; 3] = ["Dr", "Mr", "Ms"];
const AGES: [&str; 13] =
    ["y", "yo", "yr", "yrs", "year", "years", "jahre", "ans", "anos", "f", "m", "male", "female"];

/// A word or a number, with the signs before it.
#[derive(Debug)]
struct Token<'a> {
    signs: &'a str,
    word: &'a str,
    is_cut: bool,
}

impl Token<'_> {
    fn is_number(&self) -> bool {
        self.word.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn is_letter(&self) -> bool {
        self.word.chars().count() == 1 && !self.is_number()
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| word.eq_ignore_ascii_case(self.word))
    }
}

/// A description with its known words alone; empty where it has none.
pub(super) fn cleaned(text: &str) -> String {
    let (mut tokens, signs) = tokens(text);
    cut_neighbours(&mut tokens);
    cut_rows(&mut tokens, Token::is_number, |row| {
        let digits: usize = row.iter().map(|token| token.word.len()).sum();
        // Three bytes of a colour.
        let is_byte = |token: &Token<'_>| token.word.parse::<u8>().is_ok();
        let is_list = row.len() <= 3
            && row[1..].iter().all(|token| token.signs == ", ")
            && row.iter().all(is_byte);
        row.len() > 1 && digits > MOST_DIGITS_IN_ROW && !is_list || is_date(row)
    });
    cut_rows(&mut tokens, Token::is_letter, |row| row.len() > MOST_LETTERS_IN_ROW);
    let mut kept = String::with_capacity(text.len());
    for token in &tokens {
        push_signs(token.signs, &mut kept);
        if !token.is_cut && is_allowed(token.word) {
            kept.push_str(token.word);
        }
    }
    push_signs(signs, &mut kept);
    tidied(&kept)
}

/// The words of a text, and the signs behind the last.
fn tokens(text: &str) -> (Vec<Token<'_>>, &str) {
    let of_word = |c: char| c.is_alphanumeric() || c == '\u{FFFD}';
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(of_word) {
        let (signs, behind) = rest.split_at(start);
        let end = behind.find(|c| !of_word(c)).unwrap_or(behind.len());
        let (word, behind) = behind.split_at(end);
        tokens.push(Token { signs, word, is_cut: false });
        rest = behind;
    }
    (tokens, rest)
}

/// Whether a word is a month, written out or by its first three or four letters.
fn is_month(word: &str) -> bool {
    let word = word.to_lowercase();
    MONTHS
        .iter()
        .any(|month| *month == word || word.len() < 5 && word.len() > 2 && month.starts_with(&word))
}

fn cut_neighbours(tokens: &mut [Token<'_>]) {
    for at in 0..tokens.len() {
        let is_number = |at: usize| tokens.get(at).is_some_and(Token::is_number);
        let before = at.checked_sub(1);
        let is_title = tokens[at].is_one_of(&TITLES) || MODALITIES_TOO.contains(&tokens[at].word);
        let is_dated =
            is_month(tokens[at].word) && (is_number(at + 1) || before.is_some_and(is_number));
        let is_aged = tokens[at].is_one_of(&AGES);
        if is_title {
            cut(tokens, at..at + 2);
        } else if is_dated {
            let is_cut = |token: &Token<'_>| token.is_number();
            cut(tokens, at..at + 1);
            cut_where(tokens, at.saturating_sub(1)..at + 3, is_cut);
        } else if is_aged {
            // One digit is a number of something.
            let is_age = |token: &Token<'_>| token.is_number() && token.word.len() > 1;
            cut_where(tokens, at.saturating_sub(1)..at + 2, is_age);
        }
    }
}

fn cut(tokens: &mut [Token<'_>], range: std::ops::Range<usize>) {
    cut_where(tokens, range, |_| true);
}

fn cut_where(
    tokens: &mut [Token<'_>],
    range: std::ops::Range<usize>,
    is_cut: impl Fn(&Token<'_>) -> bool,
) {
    let end = range.end.min(tokens.len());
    for token in &mut tokens[range.start..end] {
        token.is_cut |= is_cut(token);
    }
}

/// Rows of tokens of a kind, cut where they are too much together.
fn cut_rows<'a>(
    tokens: &mut [Token<'a>],
    is_of_kind: impl Fn(&Token<'a>) -> bool,
    is_too_much: impl Fn(&[Token<'a>]) -> bool,
) {
    for row in tokens.chunk_by_mut(|one, next| is_of_kind(one) && is_of_kind(next)) {
        if is_of_kind(&row[0]) && is_too_much(row) {
            let length = row.len();
            cut(row, 0..length);
        }
    }
}

/// Three numbers with the same sign between them, as dates are written.
fn is_date(row: &[Token<'_>]) -> bool {
    row.windows(3)
        .any(|row| row[1].signs == row[2].signs && matches!(row[1].signs, "-" | "." | "/"))
}

/// A run of letters and digits: each stretch of letters is a known word or a single letter, the digits
/// are few or the sides of a matrix, and it is no year and no age with a sex, such as 55F.
fn is_allowed(word: &str) -> bool {
    let stretches = stretches(word);
    let is_digits = |stretch: &&str| stretch.starts_with(|c: char| c.is_ascii_digit());
    let is_age = matches!(
        stretches.as_slice(),
        [digits, unit] if digits.len() >= 2
            && is_digits(digits)
            && AGES.iter().any(|age| age.eq_ignore_ascii_case(unit))
    );
    let mut letters = stretches.iter().filter(|stretch| !is_digits(stretch));
    let is_matrix = letters.clone().all(|letters| letters.eq_ignore_ascii_case("x"));
    let numbers = stretches.iter().copied().filter(is_digits);
    let all_digits: usize = numbers.clone().map(str::len).sum();
    let is_year = |digits: &str| digits.len() == 4 && ["19", "20"].contains(&&digits[..2]);
    let are_few = (all_digits <= MOST_DIGITS || is_matrix && stretches.len() > 1)
        && numbers.clone().all(|digits| digits.len() <= MOST_DIGITS && !is_year(digits));
    !is_age && are_few && letters.all(|stretch| is_known(stretch))
}

/// Whether letters are a single one, a word, or words put together as in `SpinalCord`.
fn is_known(letters: &str) -> bool {
    if letters.chars().count() == 1 || is_common(letters) {
        return true;
    }
    let mut starts: Vec<usize> = vec![0];
    let pairs = letters.char_indices().zip(letters.char_indices().skip(1));
    starts.extend(
        pairs
            .filter(|((_, a), (_, b))| a.is_lowercase() && b.is_uppercase())
            .map(|(_, (at, _))| at),
    );
    starts.push(letters.len());
    starts.len() > 2
        && starts.windows(2).all(|pair| {
            let part = &letters[pair[0]..pair[1]];
            part.len() > 2 && is_common(part)
        })
}

/// Cuts between letters and digits.
pub(super) fn stretches(word: &str) -> Vec<&str> {
    let mut stretches = Vec::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (stretch, behind) = rest.split_at(end);
        stretches.push(stretch);
        rest = behind;
    }
    stretches
}

fn push_signs(signs: &str, to: &mut String) {
    to.extend(signs.chars().filter_map(|sign| match sign {
        '\r' | '\n' => Some('\n'),
        '\t' => Some(' '),
        sign => (sign.is_ascii_graphic() || sign == ' ').then_some(sign),
    }));
}

/// Without the signs and spaces that cut words have left.
fn tidied(text: &str) -> String {
    let has_word = |part: &&str| part.contains(|c: char| c.is_alphanumeric());
    let parts: Vec<&str> = text.split(' ').filter(has_word).collect();
    parts.join(" ").trim_matches(|c: char| ",;:^_-/\\.".contains(c) || c.is_whitespace()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_stay_and_others_go() {
        assert_eq!(cleaned("CT Thorax/Abdomen Dr Smith 55F"), "CT Thorax/Abdomen");
        assert_eq!(cleaned("AX T2 FLAIR 5mm"), "AX T2 FLAIR 5mm");
        assert_eq!(cleaned("DWI b1000 256x256"), "DWI b1000 256x256");
        assert_eq!(cleaned("Chest of Jane Doe, 1931-07-04"), "Chest of");
        assert_eq!(cleaned("MRN 12345678"), "");
        assert_eq!(
            cleaned("RGB(102, 198, 85) Thorax^Standard"),
            "RGB(102, 198, 85) Thorax^Standard"
        );
        assert_eq!(cleaned("M\u{FFFD}ller"), "");
        assert_eq!(cleaned("chest\rlung"), "chest\nlung");
        assert_eq!(cleaned("SpinalCord GTV PTV_6000"), "SpinalCord GTV PTV_6000");
    }

    #[test]
    fn numbers_in_pieces_go() {
        for text in [
            "MRN 123 456 789",
            "123-456",
            "A123B456C789",
            "617 555 019",
            "04 03 62",
            "04_03_62",
            "3 Apr 62",
            "Apr 3, 62",
            "1962",
            "55F",
            "55 F",
            "M 55",
            "55-F",
            "1.2.62",
            "123,456,789",
        ] {
            assert!(
                !cleaned(text).contains(|c: char| c.is_ascii_digit()),
                "{text}: {}",
                cleaned(text)
            );
        }
        assert_eq!(cleaned("CT 95 year male"), "CT year male");
        assert_eq!(cleaned("T1 3 mm"), "T1 3 mm");
        assert_eq!(cleaned("MR Brain, DR Chest"), "MR Brain, DR Chest");
    }

    #[test]
    fn names_in_disguise_go() {
        for text in ["Dr Hand", "Mrs Branch", "O B R I E N", "S.M.I.T.H"] {
            assert_eq!(cleaned(text), "", "{text}");
        }
    }
}
