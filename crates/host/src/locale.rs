//! The C library's locale, which is process-wide.

use crate::Result;
use std::cmp::Ordering;

/// How numbers and money are written (`localeconv`).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Conventions {
    /// The texts in the structure's order: `decimal_point`, `thousands_sep`, `grouping` (raw), `int_curr_symbol`,
    /// `currency_symbol`, `mon_decimal_point`, `mon_thousands_sep`, `mon_grouping` (raw), `positive_sign`, `negative_sign`.
    pub texts: [Vec<u8>; 10],
    /// `int_frac_digits`, `frac_digits`, `p_cs_precedes`, `p_sep_by_space`, `n_cs_precedes`, `n_sep_by_space`,
    /// `p_sign_posn`, `n_sign_posn`; 127 for unspecified.
    pub numbers: [i32; 8],
}

crate::recorded::subject! {
/// The locale.
pub trait Locale {
    /// Sets (or, with `None`, asks for) a category's locale; `None` if there is no such locale.
    fn set_locale(&self, category: i32, name: Option<&[u8]>) -> Result<Option<Vec<u8>>>;
    /// How numbers and money are written.
    fn conventions(&self) -> Conventions;
    /// A text of the locale (`nl_langinfo`).
    fn language_info(&self, item: i32) -> Vec<u8>;
    /// Compares by the locale's order.
    fn collate(&self, a: &[u8], b: &[u8]) -> Result<Ordering>;
    /// A key that sorts by the locale's order.
    fn collation_key(&self, text: &[u8]) -> Result<Vec<u8>>;
    /// The encoding of file names and the terminal: `nl_langinfo(CODESET)`.
    fn encoding(&self) -> Vec<u8> {
        self.language_info(libc::CODESET)
    }
}
}
