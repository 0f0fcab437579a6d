//! Every cell of Table E.1-1 that says something, driven through the whole de-identifier: at the root,
//! in a public sequence and in a private sequence that is kept.

use bytes::Bytes;
use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::uids;

use super::options::Options;
use super::table::{ActionCode, Cell, Row, table};
use super::*;
use crate::dataset::{Element, Value, encode_data_set};

/// What came out for one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Gone,
    Empty,
    /// Another value, and not a byte of the secret.
    Other,
    Same,
    /// The instance was refused.
    Refused,
}

const SECRET: &str = "QXZSECRET";
const UID: &str = "1.2.826.0.1.3680043.8.498.77";

fn instance() -> DataSet {
    let mut data_set = DataSet::new();
    data_set.put_text(tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE);
    data_set.put_text(tags::SOP_INSTANCE_UID, VR::UI, "1.2.3.4");
    data_set.put_text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3");
    data_set.put_text(tags::SERIES_INSTANCE_UID, VR::UI, "1.2.3.5");
    data_set.put_text(tags::PATIENT_ID, VR::LO, "MRN7");
    data_set
}

fn code(value: &str) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(tags::CODE_VALUE, VR::SH, value);
    item.put_text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "DCM");
    item.put_text(tags::CODE_MEANING, VR::LO, "Chest");
    item
}

/// A value that is right for the VR, and one of its kind only.
fn sample(tag: Tag, vr: VR) -> Element {
    let text = |text: &str| Element::text(tag, vr, text);
    match vr {
        VR::DA => text("20200229"),
        VR::TM => text("123456.5"),
        VR::DT => text("20200229123456.5"),
        VR::UI => text(UID),
        VR::AS => text("045Y"),
        VR::DS | VR::IS => text("42"),
        VR::SH if tag == tags::TIMEZONE_OFFSET_FROM_UTC => text("+0130"),
        VR::AE | VR::CS => text("CHEST"),
        VR::UR => text("http://x.example/"),
        VR::SQ => {
            let value = Value::Sequence(vec![code("121106")]);
            Element { tag, vr, value }
        }
        VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT => text("CHEST AXIAL"),
        _ => {
            let value = Value::Bytes(Bytes::from_static(&[1, 2, 3, 4, 5, 6, 7, 8]));
            Element { tag, vr, value }
        }
    }
}

fn vr_of(tag: Tag) -> VR {
    match Rules::new(Profile::basic()).rule(tag).vr {
        Some(VirtualVr::Exact(vr)) => vr,
        _ => VR::OW,
    }
}

fn deidentifier(option: Option<ProfileOption>) -> Deidentifier {
    // A private sequence shall stay, so that what is inside it is seen.
    let more = [ProfileOption::RetainSafePrivate].into_iter().chain(option);
    let profile = Profile::basic().with(more, None).unwrap();
    Deidentifier::new(&Key::from_bytes(&[3; 32]).unwrap(), profile)
}

/// (2001,xx5F) Stack Sequence of Philips, which Table E.3.10-1 lists.
const PRIVATE_SEQUENCE: Tag = Tag(0x2001, 0x105F);

/// What becomes of an attribute at the root, in a public and in a private sequence.
fn seen(deidentifier: &Deidentifier, element: &Element) -> [Seen; 3] {
    let is_identity = [
        tags::SOP_INSTANCE_UID,
        tags::STUDY_INSTANCE_UID,
        tags::SERIES_INSTANCE_UID,
        tags::PATIENT_ID,
    ]
    .contains(&element.tag);
    let mut item = DataSet::new();
    item.put(element.clone());
    let mut data_set = instance();
    if !is_identity {
        data_set.put(element.clone());
    }
    data_set.put_sequence(tags::PATIENT_ORIENTATION_CODE_SEQUENCE, vec![item.clone()]);
    data_set.put_text(Tag(0x2001, 0x0010), VR::LO, "Philips Imaging DD 001");
    data_set.put_sequence(PRIVATE_SEQUENCE, vec![item]);
    let transfer_syntax = uids::EXPLICIT_VR_LITTLE_ENDIAN.to_owned();
    let Ok(cleaned) = deidentifier.apply(Original { data_set, transfer_syntax, image: None })
    else {
        return [Seen::Refused; 3];
    };
    let cleaned = cleaned.data_set();
    let look = |data_set: &DataSet| match data_set.get(element.tag) {
        None => Seen::Gone,
        Some(found) if found == element => Seen::Same,
        Some(Element { value: Value::Bytes(bytes), .. }) if bytes.is_empty() => Seen::Empty,
        Some(Element { value: Value::Sequence(items), .. }) if items.is_empty() => Seen::Empty,
        Some(_) => Seen::Other,
    };
    let public = &cleaned.sequence(tags::PATIENT_ORIENTATION_CODE_SEQUENCE).unwrap()[0];
    let private = &cleaned.sequence(PRIVATE_SEQUENCE).unwrap()[0];
    let root = if is_identity { look(public) } else { look(cleaned) };
    [root, look(public), look(private)]
}

/// Group 0002 and 0004 and command elements never reach a data set.
fn is_foreign(tag: Tag) -> bool {
    tag.0 < 8
}

fn check_basic(tag: Tag, row: &Row) {
    let vr = vr_of(tag);
    let found = seen(&deidentifier(None), &sample(tag, vr));
    let allowed: &[Seen] = match row.basic {
        _ if is_foreign(tag) => &[Seen::Gone],
        // (0042,0011): no dummy document.
        ActionCode::D if vr == VR::OB => &[Seen::Other, Seen::Refused],
        ActionCode::D | ActionCode::U => &[Seen::Other],
        ActionCode::Z | ActionCode::ZOrD => &[Seen::Empty, Seen::Other],
        // At the root of a CT image some of them are of type 1 or 2.
        ActionCode::X => &[Seen::Gone, Seen::Empty, Seen::Other],
        ActionCode::XOrZOrU => &[Seen::Same, Seen::Other, Seen::Gone],
        _ => &[Seen::Gone, Seen::Empty, Seen::Other],
    };
    for found in found {
        assert!(allowed.contains(&found), "{tag} {} {} {found:?}", row.name, row.basic);
    }
    if row.basic == ActionCode::X && !is_foreign(tag) {
        assert_eq!(found[1], Seen::Gone, "{tag}: no IOD has it there");
    }
}

fn check_option(tag: Tag, row: &Row, option: ProfileOption, cell: Cell) {
    let vr = vr_of(tag);
    let element = sample(tag, vr);
    let deidentifier = deidentifier(Some(option));
    let kept = match cell {
        // PS3.3 puts no instance of these groups into a data set.
        _ if is_foreign(tag) => Seen::Gone,
        Cell::Keep => Seen::Same,
        Cell::Clean => match vr {
            VR::DA | VR::DT => Seen::Other,
            VR::TM => Seen::Same,
            // Words that everybody may know stay; so does an offset from UTC.
            VR::LO | VR::LT | VR::SH | VR::ST | VR::UC | VR::UT | VR::SQ => Seen::Same,
            VR::CS => return check_unlike(&deidentifier, &element),
            // Addresses, and bytes that nobody can look into: as without the option.
            _ => return check_unlike(&deidentifier, &element),
        },
    };
    let found = seen(&deidentifier, &element);
    assert_eq!(found, [kept; 3], "{tag} {} {option:?} {cell:?}", row.name);
    if cell == Cell::Clean && matches!(vr, VR::LO | VR::LT | VR::SH | VR::ST | VR::UC | VR::UT) {
        check_unlike(&deidentifier, &Element::text(tag, vr, &format!("{SECRET} 19310704")));
    }
}

/// What cannot be cleaned does not stay.
fn check_unlike(deidentifier: &Deidentifier, element: &Element) {
    let found = seen(deidentifier, element);
    assert!(!found.contains(&Seen::Same), "{} {found:?}", element.tag);
}

#[test]
fn every_cell_of_the_table_is_carried_out() {
    let mut cells = 0;
    for (tag, row) in table().rows() {
        check_basic(tag, row);
        cells += 1;
        for (option, cell) in row.cells() {
            check_option(tag, row, option, cell);
            cells += 1;
        }
    }
    for (group, row) in table().groups() {
        cells += 1 + row.cells().count();
        check_group(group);
    }
    assert_eq!(cells, 1293);
}

/// Curves, overlays and private attributes: gone in the Basic Profile. With Clean Graphics curves and
/// overlays go as well, for nobody can tell whether they show text; Retain Safe Private is tested in
/// `private`.
fn check_group(group: &str) {
    let tag = match group {
        "50XXXXXX" => Tag(0x5002, 0x3000),
        "60XX3000" => Tag(0x6004, 0x3000),
        "60XX4000" => Tag(0x601E, 0x4000),
        "PRIVATE" => Tag(0x0009, 0x1001),
        _ => unreachable!("no such group in the table"),
    };
    for option in [None, Some(ProfileOption::CleanGraphics)] {
        assert_eq!(seen(&deidentifier(option), &sample(tag, VR::LT)), [Seen::Gone; 3], "{group}");
    }
}

#[test]
fn options_together_clean_what_one_of_them_would_keep() {
    // Date of Last Calibration: K by device identity, C by modified dates.
    let options = [ProfileOption::RetainDevice, ProfileOption::RetainModifiedDates];
    let profile = Profile::basic().with(options, None).unwrap();
    assert!(Options::new(options).is_ok());
    let both = Deidentifier::new(&Key::from_bytes(&[3; 32]).unwrap(), profile);
    let mut data_set = instance();
    data_set.put_text(tags::DATE_OF_LAST_CALIBRATION, VR::DA, "20200229");
    data_set.put_text(tags::DEVICE_SERIAL_NUMBER, VR::LO, "SN-1");
    let transfer_syntax = uids::EXPLICIT_VR_LITTLE_ENDIAN.to_owned();
    let cleaned = both.apply(Original { data_set, transfer_syntax, image: None }).unwrap();
    let date = cleaned.data_set().text(tags::DATE_OF_LAST_CALIBRATION).unwrap();
    assert!(date.len() == 8 && date < "20200229", "{date}");
    assert_eq!(cleaned.data_set().text(tags::DEVICE_SERIAL_NUMBER), Some("SN-1"));
    let mut bytes = Vec::new();
    encode_data_set(cleaned.data_set(), &mut bytes);
    assert!(!bytes.windows(8).any(|window| window == b"20200229"));
}
