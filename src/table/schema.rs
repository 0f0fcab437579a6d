//! Columns in, the schema of a Parquet file out, and back.
//!
//! Logical types are those of the Parquet format's `LogicalTypes.md`: STRING, INTEGER, DECIMAL, and LIST with its
//! three levels. All columns are optional, the elements of lists required.

use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{ColumnDescriptor, Type, TypePtr};

use super::layout::{Column, Kind};

/// Bytes of a decimal of 38 digits.
pub(super) const DECIMAL_BYTES: usize = 16;
const DECIMAL_DIGITS: i32 = 38;

/// The schema of a table of these columns.
pub(super) fn schema(columns: &[Column]) -> Result<TypePtr> {
    let fields = columns.iter().map(field).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Type::group_type_builder("table").with_fields(fields).build()?))
}

fn field(column: &Column) -> Result<TypePtr> {
    let Column { name, kind, .. } = *column;
    if kind != Kind::Texts {
        return leaf(name, kind, Repetition::OPTIONAL);
    }
    let element = leaf("element", Kind::Text, Repetition::REQUIRED)?;
    let list = Type::group_type_builder("list").with_repetition(Repetition::REPEATED);
    let list = list.with_fields(vec![element]).build()?;
    let group = Type::group_type_builder(name).with_repetition(Repetition::OPTIONAL);
    let group = group.with_logical_type(Some(LogicalType::List)).with_fields(vec![list.into()]);
    Ok(group.build()?.into())
}

fn leaf(name: &str, kind: Kind, repetition: Repetition) -> Result<TypePtr> {
    let (physical, logical, length) = match kind {
        Kind::Text | Kind::Texts => (Physical::BYTE_ARRAY, Some(LogicalType::String), -1),
        Kind::Int32 => (Physical::INT32, None, -1),
        Kind::Int64 => (Physical::INT64, None, -1),
        Kind::UInt32 => (Physical::INT32, Some(LogicalType::integer(32, false)), -1),
        Kind::UInt64 => (Physical::INT64, Some(LogicalType::integer(64, false)), -1),
        Kind::Real => (Physical::DOUBLE, None, -1),
        Kind::Bool => (Physical::BOOLEAN, None, -1),
        Kind::Bytes(length) => (Physical::FIXED_LEN_BYTE_ARRAY, None, length as i32),
        Kind::Decimal38 => {
            let decimal = LogicalType::decimal(0, DECIMAL_DIGITS);
            (Physical::FIXED_LEN_BYTE_ARRAY, Some(decimal), DECIMAL_BYTES as i32)
        }
    };
    let mut leaf = Type::primitive_type_builder(name, physical).with_repetition(repetition);
    leaf = leaf.with_logical_type(logical).with_length(length);
    if kind == Kind::Decimal38 {
        leaf = leaf.with_precision(DECIMAL_DIGITS).with_scale(0);
    }
    Ok(leaf.build()?.into())
}

/// What kind of column another file's leaf is, with its name; none for what no table of ours holds.
pub(super) fn kind(leaf: &ColumnDescriptor) -> Option<(String, Kind)> {
    let parts = leaf.path().parts();
    let name = parts.first()?.clone();
    let logical = leaf.logical_type_ref().cloned().or_else(|| of_old(leaf.converted_type()));
    let logical = logical.as_ref();
    let is_text = matches!(logical, Some(LogicalType::String));
    if parts.len() == 3 {
        let is_list = is_text && leaf.max_rep_level() == 1 && leaf.max_def_level() == 2;
        return is_list.then_some((name, Kind::Texts));
    }
    if parts.len() != 1 || leaf.max_rep_level() != 0 || leaf.max_def_level() != 1 {
        return None;
    }
    let kind =
        match (leaf.physical_type(), logical) {
            (Physical::BYTE_ARRAY, _) if is_text => Kind::Text,
            (Physical::INT32, None) => Kind::Int32,
            (Physical::INT64, None) => Kind::Int64,
            (Physical::INT32, Some(LogicalType::Integer(it))) if it.bit_width == 32 => {
                if it.is_signed { Kind::Int32 } else { Kind::UInt32 }
            }
            (Physical::INT64, Some(LogicalType::Integer(it))) if it.bit_width == 64 => {
                if it.is_signed { Kind::Int64 } else { Kind::UInt64 }
            }
            (Physical::DOUBLE, None) => Kind::Real,
            (Physical::BOOLEAN, None) => Kind::Bool,
            (Physical::FIXED_LEN_BYTE_ARRAY, None) => {
                Kind::Bytes(usize::try_from(leaf.type_length()).ok()?)
            }
            (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Decimal(it)))
                if it.scale == 0 && leaf.type_length() == DECIMAL_BYTES as i32 =>
            {
                Kind::Decimal38
            }
            _ => return None,
        };
    Some((name, kind))
}

/// What older writers say in place of a logical type.
fn of_old(converted: ConvertedType) -> Option<LogicalType> {
    Some(match converted {
        // The digits of a decimal stand in the logical type alone.
        ConvertedType::NONE | ConvertedType::DECIMAL => return None,
        ConvertedType::UTF8 => LogicalType::String,
        ConvertedType::INT_32 => LogicalType::integer(32, true),
        ConvertedType::INT_64 => LogicalType::integer(64, true),
        ConvertedType::UINT_32 => LogicalType::integer(32, false),
        ConvertedType::UINT_64 => LogicalType::integer(64, false),
        _ => LogicalType::Unknown,
    })
}
