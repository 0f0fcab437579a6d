//! Rules in TOML.

use proptest::prelude::*;

use super::*;

fn rule(conditions: &str) -> String {
    format!(
        "[[rule]]\nname = \"a\"\nreason = \"x\"\n{conditions}\n\
         areas = [{{ x = 0, y = 0, width = 10, height = \"all\" }}]\n"
    )
}

fn matches(conditions: &str) -> bool {
    let rules = Rules::from_toml(&rule(conditions)).unwrap();
    !rules.apply(&ultrasound(), &image(640, 480)).matching.is_empty()
}

#[test]
fn texts_are_compared_whatever_their_case_and_value_by_value() {
    for holds in [
        "modality = \"us\"",
        "manufacturer = \"maker medical \"",
        "manufacturer = { contains = \"ER MED\" }",
        "manufacturer = { starts_with = \"maker\" }",
        "manufacturer = { ends_with = \"Medical\" }",
        "manufacturer = { matches = \"Maker [A-Z].*\" }",
        "model = [\"Model 8\", \"Model 9\"]",
        "software = \"lo2\"",
        "image_type = \"SECONDARY\"",
        "attribute.\"SeriesDescription\" = \"a series\"",
        "attribute.\"(0008,103E)\" = { contains = \"series\" }",
        "any = [{ modality = \"CT\" }, { modality = \"US\", rows = 480 }]",
        "modality = \"US\"\nnone = [{ rows = 479 }]",
    ] {
        assert!(matches(holds), "{holds}");
    }
    for fails in [
        "modality = \"U\"",
        "manufacturer = { matches = \"Maker\" }",
        "manufacturer = { starts_with = \"medical\" }",
        "burned_in_annotation = \"YES\"",
        "image_type = \"DERIVED SECONDARY\"",
        "modality = \"US\"\nmodel = \"another\"",
        "any = [{ modality = \"CT\" }, { modality = \"US\", rows = 479 }]",
        "modality = \"US\"\nnone = [{ rows = 479 }, { rows = 480 }]",
    ] {
        assert!(!matches(fails), "{fails}");
    }
}

#[test]
fn numbers_are_compared_singly_and_in_ranges() {
    assert!(matches("rows = 480\ncolumns = [600, 640]"));
    assert!(matches("rows = { from = 480, to = 480 }"));
    assert!(matches("columns = { from = 600 }\nrows = { to = 500 }"));
    assert!(!matches("columns = { from = 641 }"));
    assert!(!matches("columns = { to = 639 }"));
}

#[test]
fn what_is_wrong_is_said_with_the_rule() {
    let error = |text: &str| Rules::from_toml(text).unwrap_err().to_string();
    for (conditions, told) in [
        ("", "every image"),
        ("none = [{ rows = 1 }]", "every image"),
        ("modalty = \"US\"", "known are modality"),
        ("modality = 3", "`modality`: write a text"),
        ("modality = \" \"", "empty"),
        ("modality = []", "empty list"),
        ("modality = { contain = \"U\" }", "contains = .."),
        ("modality = { contains = \"U\", equals = \"US\" }", "write a text"),
        ("image_type = \"A\\\\B\"", "backslash"),
        ("model = { matches = \"(\" }", "regular expression"),
        ("model = { matches = \"a)(b\" }", "regular expression"),
        ("rows = -1", "write a number"),
        ("rows = { from = 3, to = 2 }", "before it begins"),
        ("rows = {}", "write a number"),
        ("rows = { least = 2 }", "write a number"),
        ("attribute.\"NoSuchKeyword\" = \"x\"", "PS3.6"),
        ("attribute.\"(0009,1001)\" = \"x\"", "PS3.6"),
        ("attribute.\"AnatomicRegionSequence\" = \"x\"", "no sequence"),
        ("attribute = 3", "known are"),
        ("any = []", "`any` is empty"),
        ("any = [{}]", "each with something"),
        ("any = 3", "a list of tables"),
        ("any = [{ any = [{ rows = 1 }] }]", "known are"),
    ] {
        let told_of = error(&rule(conditions));
        assert!(told_of.starts_with("rule 1 (a): "), "{told_of}");
        assert!(told_of.contains(told), "{conditions}: {told_of}");
    }
    let good = rule("rows = 1");
    let area = "{ x = 0, y = 0, width = 10, height = \"all\" }";
    for wrong in [
        "3",
        "{}",
        "{ x = 0, y = 0, width = 10 }",
        "{ x = 0, y = 0, width = 0, height = 1 }",
        "{ x = 0, y = 0, width = -1, height = 1 }",
        "{ x = 0.5, y = 0, width = 1, height = 1 }",
        "{ x = 99999999999, y = 0, width = 1, height = 1 }",
        "{ x = 0, y = 0, width = \"half\", height = 1 }",
        "{ x = 0, y = 0, width = 1, height = 1, z = 3 }",
        "{ x = 0, y = 0, width = 1, height = 1, frames = [0] }",
        "{ x = 0, y = 0, width = 1, height = 1, frames = [] }",
        "{ x = 0, y = 0, width = 1, height = 1, frames = 1 }",
    ] {
        let told = error(&good.replace(area, wrong));
        assert!(
            told.starts_with("rule 1 (a): ") && told.contains("leave it out")
                || told.contains("an area is"),
            "{told}"
        );
    }
    assert!(error(&good.replace("areas", "area")).contains("areas = []"));
    assert!(error(&good.replace("rows = ", "rows2 = ")).contains("`rows2` is not known"));
    assert!(error(&good.replace("name = \"a\"", "name = \"A b\"")).contains("rule 1: `name`"));
    assert!(error(&good.replace("name = \"a\"\n", "")).contains("rule 1: give it a `name`"));
    assert!(error(&good.replace("reason = \"x\"\n", "")).contains("reason"));
    assert!(error(&(good.clone() + &good)).contains("two rules are called a"));
    assert!(
        error(&(good.clone() + &good.replace('1', "-1").replace("\"a\"", "\"b\"")))
            .starts_with("rule 2 (b): ")
    );
    assert!(error("").contains("no rule"));
    assert!(error(&format!("x = 1\n{good}")).contains("beside"));
    assert!(error("rule = [1]").contains("rule 1: "));
}

#[test]
fn a_file_of_another_kind_is_not_repeated() {
    let error = Rules::from_toml("Doe Jane,19620403,QX77\n").unwrap_err().to_string();
    assert!(error.contains("line 1") && !error.contains("Doe") && !error.contains("QX77"));
}

proptest! {
    #[test]
    fn any_text_ends(text in "\\PC*", inner in "[a-z\"={}\\[\\]., 0-9\n-]*") {
        let _ = Rules::from_toml(&text);
        let _ = Rules::from_toml(&format!("[[rule]]\nname = \"a\"\n{inner}"));
    }
}

#[test]
fn deep_nesting_ends() {
    for open in ["[", "{ a = "] {
        let _ = Rules::from_toml(&format!("[[rule]]\nany = {}", open.repeat(50_000)));
    }
}
