//! Aggregates that `SQLite` lacks: `median(x)`, `quantile(x, q)`, `stddev(x)` and `var(x)`. Nulls are left out;
//! of no values each is null.

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};

/// Gives a connection the aggregates.
pub(super) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_aggregate_function("median", 1, flags, Quantile)?;
    connection.create_aggregate_function("quantile", 2, flags, Quantile)?;
    connection.create_aggregate_function("var", 1, flags, Spread { is_root: false })?;
    connection.create_aggregate_function("stddev", 1, flags, Spread { is_root: true })
}

/// The value at `(n - 1) q` of the sorted ones, linear between two: numpy's default, as in the tables.
struct Quantile;

impl Aggregate<(Vec<f64>, f64), Option<f64>> for Quantile {
    fn init(&self, context: &mut Context<'_>) -> Result<(Vec<f64>, f64)> {
        let share = if context.len() == 2 { context.get(1)? } else { 0.5 };
        if (0.0..=1.0).contains(&share) {
            Ok((Vec::new(), share))
        } else {
            Err(Error::UserFunctionError("quantile(x, q) needs a q from 0 to 1".into()))
        }
    }

    fn step(&self, context: &mut Context<'_>, (values, _): &mut (Vec<f64>, f64)) -> Result<()> {
        values.extend(number(context)?);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, all: Option<(Vec<f64>, f64)>) -> Result<Option<f64>> {
        let (mut values, share) = all.unwrap_or_default();
        if values.is_empty() {
            return Ok(None);
        }
        values.sort_unstable_by(f64::total_cmp);
        let at = (values.len() - 1) as f64 * share;
        let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
        Ok(Some(low + (high - low) * at.fract()))
    }
}

/// The variance of the values as a whole population, as in the tables, by Welford's method; or its root.
struct Spread {
    is_root: bool,
}

/// How many values there are, their mean and the sum of their squared distances from it.
type Moments = (f64, f64, f64);

impl Aggregate<Moments, Option<f64>> for Spread {
    fn init(&self, _: &mut Context<'_>) -> Result<Moments> {
        Ok((0.0, 0.0, 0.0))
    }

    fn step(&self, context: &mut Context<'_>, (count, mean, squares): &mut Moments) -> Result<()> {
        if let Some(value) = number(context)? {
            *count += 1.0;
            let distance = value - *mean;
            *mean += distance / *count;
            *squares += distance * (value - *mean);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, all: Option<Moments>) -> Result<Option<f64>> {
        let (count, _, squares) = all.unwrap_or_default();
        let variance = (count > 0.0).then(|| squares / count);
        Ok(variance.map(|variance| if self.is_root { variance.sqrt() } else { variance }))
    }
}

/// The argument as a number; none where it is null.
fn number(context: &Context<'_>) -> Result<Option<f64>> {
    match context.get_raw(0) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(value) => Ok(Some(value as f64)),
        ValueRef::Real(value) => Ok(Some(value)),
        // Integers that do not fit 64 bits come as their digits.
        ValueRef::Text(text) => {
            let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            let wrong = || Error::UserFunctionError("an aggregate of numbers met a text".into());
            number.map(Some).ok_or_else(wrong)
        }
        ValueRef::Blob(_) => {
            Err(Error::UserFunctionError("an aggregate of numbers met bytes".into()))
        }
    }
}
