//! Unicode 16.0.0, and what differs in 3.2.0 (`unicodedata.ucd_3_2_0`).
//!
//! Functions take code points as `u32`; anything above 0x10FFFF counts as unassigned. The tables are generated
//! (`cargo xtask unicode`) and are the only source of truth: `char`'s methods know another version.

mod case;
pub mod names;
mod normal;
pub mod old;
mod props;
#[rustfmt::skip]
#[allow(clippy::all)]
mod tables;

pub use case::{
    Full, casefold, lower, lower_str, simple_lower, simple_upper, swapcase_str, title, title_str, upper,
};
pub use names::{lookup, lookup_sequence, name};
pub use normal::{Form, canonical_combining_class, decomposition, is_normalized, nfkc, normalize};
pub use props::{
    bidirectional, category, combining, decimal, digit, east_asian_width, is_alnum, is_alpha,
    is_case_ignorable, is_cased, is_decimal, is_digit, is_linebreak, is_lower, is_mirrored, is_numeric,
    is_printable, is_space, is_title, is_upper, is_xid_continue, is_xid_start, numeric,
};

/// `unicodedata.unidata_version`.
pub const VERSION: &str = "16.0.0";

/// Whether code points spell an identifier (`str.isidentifier`; the reference's "Names").
pub fn is_identifier(points: impl IntoIterator<Item = u32>) -> bool {
    let mut points = points.into_iter();
    points.next().is_some_and(is_xid_start) && points.all(is_xid_continue)
}

#[cfg(test)]
mod tests;
