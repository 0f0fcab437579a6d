//! Who a file is about: made from the seed in, everything that identifies out. Whatever the header
//! plants comes from here, and `planted.rs` lists it from here.

use super::charset::Charset;
use super::names;
use super::plan::Slice;
use super::random::{Purpose, Source};

/// A patient.
#[derive(Debug, Clone)]
pub(super) struct Patient {
    pub(super) charset: Charset,
    pub(super) name: String,
    pub(super) other_name: String,
    pub(super) birth_name: String,
    pub(super) mother_birth_name: String,
    pub(super) responsible_person: String,
    pub(super) id: String,
    pub(super) other_ids: [String; 2],
    pub(super) issuer: String,
    pub(super) birth_date: String,
    pub(super) birth_year: u32,
    pub(super) sex: &'static str,
    pub(super) address: String,
    pub(super) town: String,
    pub(super) telephone: String,
    pub(super) occupation: String,
    pub(super) comments: String,
    pub(super) history: String,
    pub(super) allergy: String,
    pub(super) private_note: String,
    pub(super) surgeon: String,
}

impl Patient {
    pub(super) fn of(seed: u64, slice: &Slice) -> Self {
        let source = &mut Source::new(seed, Purpose::Patient, slice.patient);
        let charset = if slice.patient % 3 == 1 { Charset::Latin1 } else { Charset::Utf8 };
        let family = names::family(source);
        let given = names::given(source);
        let middle = names::given(source);
        let name = match slice.patient % 3 {
            0 => format!("{family}^{given}^{middle}^Prof.^III"),
            1 => format!("{family}-Ørnström^{given}^{middle} Zoë"),
            _ => format!("{family}-Œvélin^{given}=山鳥谷^琥珀"),
        };
        let id = format!("MRN-{}-{:06}", names::code(source, 4), slice.patient + 1);
        let birth_year = 1931 + source.below(70);
        let surgeon = names::family(source);
        Self {
            charset,
            other_name: format!("{}^{given}", names::family(source)),
            birth_name: format!("{}^{given}^{middle}", names::family(source)),
            mother_birth_name: format!("{}^{}", names::family(source), names::given(source)),
            responsible_person: format!("{family}^{}", names::given(source)),
            other_ids: [
                format!("OPID-{}-{:06}", names::code(source, 6), slice.patient + 1),
                format!("INS-{}-{:06}", names::code(source, 6), slice.patient + 1),
            ],
            issuer: format!("{} registry", names::hospital(source)),
            birth_date: format!("{birth_year}{}", month_and_day(source)),
            birth_year,
            sex: source.pick(&["F", "M", "O"]),
            address: names::address(source),
            town: names::town(source).to_owned(),
            telephone: names::telephone(source),
            occupation: names::occupation(source).to_owned(),
            comments: format!("{given} {family} asks for the report by post, chart {id}"),
            history: format!("{given} {family} had surgery by Dr. {surgeon}"),
            allergy: format!("Contrast, told by {given} {family}"),
            private_note: format!("VIP {given} {family}, file {id}"),
            name,
            id,
            surgeon,
        }
    }
}

/// A study, with the place where it was made.
#[derive(Debug, Clone)]
pub(super) struct Study {
    pub(super) uid: String,
    pub(super) earlier_uid: String,
    pub(super) creator_uid: String,
    pub(super) device_uid: String,
    pub(super) date: String,
    pub(super) year: u32,
    pub(super) hour: u32,
    pub(super) id: String,
    pub(super) accession: String,
    pub(super) admission_id: String,
    pub(super) order_number: String,
    pub(super) description: String,
    pub(super) reason: String,
    pub(super) request_comments: String,
    pub(super) referring: String,
    pub(super) requesting: String,
    pub(super) reading: String,
    pub(super) performing: String,
    pub(super) operators: [String; 2],
    pub(super) physician_id: String,
    pub(super) physician_telephone: String,
    pub(super) service: String,
    pub(super) institution: String,
    pub(super) institution_address: String,
    pub(super) department: String,
    pub(super) station: String,
    pub(super) serial: String,
    pub(super) gantry: String,
    pub(super) ae_title: String,
}

impl Study {
    pub(super) fn of(seed: u64, slice: &Slice) -> Self {
        let source = &mut Source::new(seed, Purpose::Study, slice.study);
        // One study a year, so that two studies of a patient never share a date.
        let year = 2012 + source.below(4) + 4 * slice.study_of_patient;
        let number = slice.study + 1;
        let referring = names::staff(source);
        let referred_by = referring.split('^').next().unwrap_or_default();
        let station = names::code(source, 6);
        Self {
            uid: source.uid(),
            earlier_uid: source.uid(),
            creator_uid: source.uid(),
            device_uid: source.uid(),
            date: format!("{year}{}", month_and_day(source)),
            year,
            hour: 7 + source.below(12),
            id: format!("STU-{}-{number:05}", names::code(source, 4)),
            accession: format!("ACC{}{number:06}", names::code(source, 4)),
            admission_id: format!("ADM-{}-{number:06}", names::code(source, 5)),
            order_number: format!("ORD-{}-{number:06}", names::code(source, 5)),
            description: format!("CT Chest, Dr. {referred_by} follow up"),
            reason: format!("Nodule seen by Dr. {referred_by}"),
            request_comments: format!("Call Dr. {referred_by} before the scan"),
            requesting: names::staff(source),
            reading: names::staff(source),
            performing: names::staff(source),
            operators: [names::staff(source), names::staff(source)],
            physician_id: format!("NPI-{}", names::code(source, 9)),
            physician_telephone: names::telephone(source),
            service: format!("Pulmonology {}", names::town(source)),
            institution: names::hospital(source).to_owned(),
            institution_address: names::address(source),
            department: names::department(source).to_owned(),
            serial: format!("SN-{}", names::code(source, 10)),
            gantry: format!("GANTRY-{station}"),
            ae_title: format!("QUIXCT_{station}"),
            station: format!("CTSCAN{station}"),
            referring,
        }
    }
}

/// A series, with the frame of reference that its slices share.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) uid: String,
    pub(super) frame_of_reference_uid: String,
    pub(super) localizer_uid: String,
    pub(super) step_uid: String,
    pub(super) irradiation_uid: String,
    pub(super) description: String,
    pub(super) protocol: String,
    pub(super) step_id: String,
    pub(super) step_comments: String,
    pub(super) asked_by: String,
    pub(super) technician: String,
}

impl Series {
    pub(super) fn of(seed: u64, slice: &Slice) -> Self {
        let source = &mut Source::new(seed, Purpose::Series, slice.series);
        let technician = names::family(source);
        let asked_by = names::family(source);
        Self {
            uid: source.uid(),
            frame_of_reference_uid: source.uid(),
            localizer_uid: source.uid(),
            step_uid: source.uid(),
            irradiation_uid: source.uid(),
            description: format!("Thorax as Dr. {asked_by} asked"),
            protocol: format!("Thorax {technician} protocol"),
            step_id: format!("PPS-{}-{:05}", names::code(source, 4), slice.series + 1),
            step_comments: format!("Scan repeated by {technician}, patient moved"),
            asked_by,
            technician,
        }
    }
}

/// An instance.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) uid: String,
    pub(super) comments: String,
    pub(super) marked_by: String,
}

impl Instance {
    pub(super) fn of(seed: u64, slice: &Slice) -> Self {
        let source = &mut Source::new(seed, Purpose::Instance, slice.instance);
        let uid = source.uid();
        let marked_by = names::family(source);
        Self { uid, comments: format!("Marked by {marked_by}"), marked_by }
    }
}

/// Every month has the days from 1 to 28.
fn month_and_day(source: &mut Source) -> String {
    format!("{:02}{:02}", 1 + source.below(12), 1 + source.below(28))
}
