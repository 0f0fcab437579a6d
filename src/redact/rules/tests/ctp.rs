//! Scripts of CTP.

use proptest::prelude::*;

use super::*;

fn holds(condition: &str) -> bool {
    let rules = Rules::from_script(&format!("{{ {condition} }} (0,0,9,9)")).unwrap();
    !rules.apply(&ultrasound(), &image(640, 480)).matching.is_empty()
}

fn error(script: &str) -> (usize, String) {
    match Rules::from_script(script) {
        Err(RulesError::Script(line, why)) => (line, why),
        other => panic!("{script}: {other:?}"),
    }
}

#[test]
fn a_script_is_signatures_with_regions_and_commentary_between() {
    let script = "A library\n\n*****\n US\n*****\nMaker\n\
                  { [0008,1090].containsIgnoreCase(\"MODEL\") *\n  [0028,0010].equals(\"480\") }\n\
                  (0,0,640,40) and more\n ( 10 , 50,\n 700,20)\n\
                  another { Modality.equals(\"CT\") } (1,1,1,1)\n{ Modality.equals(\"US\") }\n";
    let rules = Rules::from_script(script).unwrap();
    let applied = rules.apply(&ultrasound(), &image(640, 480));
    assert_eq!(applied.matching, ["ctp-1", "ctp-3"]);
    assert_eq!(rectangles(&applied), [rectangle(0, 0, 640, 40), rectangle(10, 50, 630, 20)]);
    assert!(!applied.is_clean);
}

#[test]
fn methods_are_those_of_the_documentation() {
    for yes in [
        "Modality.equals(\"US\")",
        "Modality.equalsIgnoreCase(\"us\")",
        "Manufacturer.contains(\"ker M\")",
        "Manufacturer.containsIgnoreCase(\"KER m\")",
        "Manufacturer.startsWith(\"Maker\")",
        "Manufacturer.startsWithIgnoreCase(\"mAKER\")",
        "Manufacturer.endsWith(\"cal\")",
        "Manufacturer.endsWithIgnoreCase(\"CAL\")",
        "Manufacturer.matches(\"Maker.*\")",
        "ManufacturerModelName.isLessThan(\"10 mm\")",
        "ManufacturerModelName.isGreaterThan(\"8.5\")",
        "SoftwareVersion.startsWith(\"LO1\")",
        "(0008,0060).equals(\"US\")",
        "[0018,6011]::RegionLocationMinY0.equals(\"\")",
        "SeqOfUltrasoundRegions::[0018,601A].equals(\"\")",
        "true.",
        "!false.",
    ] {
        assert!(holds(yes), "{yes}");
    }
    for no in [
        "Modality.equals(\"us\")",
        "Manufacturer.matches(\"Maker\")",
        "Manufacturer.isLessThan(\"10\")",
        "Manufacturer.isGreaterThan(\"0\")",
        "ManufacturerModelName.isLessThan(\"9\")",
        "PatientName.contains(\"x\")",
        "false.",
        "!true.",
    ] {
        assert!(!holds(no), "{no}");
    }
}

#[test]
fn not_binds_before_and_and_that_before_or() {
    assert!(holds("true. + false. * false."));
    assert!(!holds("(true. + false.) * false."));
    assert!(!holds("!true. + false."));
    assert!(holds("!(true. * false.)"));
    assert!(holds("!!true."));
    assert!(holds("false. * true. + true. * !false."));
    assert!(holds("true. // false. *\n * /* false. * */ true."));
}

#[test]
fn what_is_not_understood_is_an_error_with_its_line() {
    for (script, line, told) in [
        ("", 1, "no signature"),
        ("no braces\n", 1, "no signature"),
        ("x\n(0,0,1,1)\n{ true. }", 2, "before any signature"),
        ("{ true. }\n\n(0,0,1)", 3, "four whole numbers"),
        ("{ true. }\n(0,0,1,-1)", 2, "four whole numbers"),
        ("{ true. }\n(0,0,1,0)", 2, "no pixels"),
        ("{ true. }\n(0,0,0,1)", 2, "no pixels"),
        ("{ true. }\n(0,0,9,9", 2, "nothing closes"),
        ("{ true. }\n(0,0,9 (1,1,1,1)", 2, "nothing closes"),
        ("{ true. }\n)", 2, "closes nothing"),
        ("{ true. } }", 1, "closes nothing"),
        ("\n{ true. ", 2, "nothing closes"),
        ("{ { true. } }", 1, "an attribute is expected"),
        ("{ }", 1, "an attribute is expected"),
        ("{ true.\n true. }", 2, "`*`, `+` or the end"),
        ("{ true. *\n}", 2, "an attribute is expected"),
        ("{ (true. }", 1, "or `)`"),
        ("{ Modalty.equals(\"CT\") }", 1, "no keyword"),
        ("{ Modality }", 1, "a method is expected"),
        ("{ Modality.isEqual(\"CT\") }", 1, "method that is not known"),
        ("{ Modality.matchesIgnoreCase(\"CT\") }", 1, "method that is not known"),
        ("{ Modality.equals(CT) }", 1, "a text in quotes"),
        ("{ Modality.equals(\"CT) }", 1, "not closed"),
        ("{ Modality.equals(\"C}T\") }", 1, "not closed"),
        ("{ Modality.matches(\"[\") }", 1, "regular expression"),
        ("{ Modality.matches(\"\\d\") }", 1, "backslash"),
        ("{ Rows.isLessThan(\"x\") }", 1, "no number"),
        ("{ [0008,60].equals(\"CT\") }", 1, "[gggg,eeee]"),
        ("{ [0009[MAKER]01].equals(\"CT\") }", 1, "[gggg,eeee]"),
        ("{ [+008,0060].equals(\"CT\") }", 1, "[gggg,eeee]"),
        ("{\n[0008,2218].equals(\"\") }", 2, "only sequences"),
        ("{ Modality::Modality.equals(\"\") }", 1, "only sequences"),
        ("{ true. /* x }", 1, "a comment"),
        ("{ true. // x }\n(0,0,1)", 2, "four whole numbers"),
    ] {
        let (found, why) = error(script);
        assert_eq!(found, line, "{script}: {why}");
        assert!(why.contains(told), "{script}: {why}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize, open: &str, close: &str| {
        format!("{{ {}true.{} }}", open.repeat(depth), close.repeat(depth))
    };
    for (open, close) in [("(", ")"), ("!", ""), ("!(", ")")] {
        let deepest = Rules::from_script(&nested(24 / open.len(), open, close)).unwrap();
        // Outputs keep the rules that they were made under.
        let kept = serde_json::to_string(&vec![vec![vec![&deepest]]]).unwrap();
        let back: Vec<Vec<Vec<Rules>>> = serde_json::from_str(&kept).unwrap();
        assert_eq!(back[0][0][0], deepest);
        assert!(error(&nested(40_000, open, close)).1.contains("too deep"));
    }
}

proptest! {
    #[test]
    fn any_text_ends(
        text in "\\PC*",
        inner in "([A-Za-z]+|\\[0008,0060\\]|[.*+!()\"{},:/ \n\\[\\]0-9é-]){0,40}",
    ) {
        let _ = Rules::from_script(&text);
        let _ = Rules::from_script(&inner);
        let _ = Rules::from_script(&format!("{{ {inner} }} ({inner})"));
    }
}
