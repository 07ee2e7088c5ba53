//! The methods of `bytearray` that both byte types have: declarations over [`crate::bytes::shared`].

use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, R, Value};

use crate::bytes::shared;

/// B.capitalize() -> copy of B
///
/// Return a copy of B with only its first character capitalized (ASCII)
/// and the rest lower-cased.
#[native("bytearray.capitalize($self, /)")]
fn capitalize(cx: &mut Cx, this: &Value) -> R {
    shared::capitalize(cx, this)
}

/// Return a centered string of length width.
///
/// Padding is done using the specified fill character.
#[native("bytearray.center($self, width, fillchar=b' ', /)")]
fn center(cx: &mut Cx, this: &Value, width: i64, fillchar: Option<&Value>) -> R {
    shared::center(cx, this, width, fillchar)
}

/// Return the number of non-overlapping occurrences of subsection 'sub' in bytes B[start:end].
///
///   start
///     Optional start position. Default: start of the bytes.
///   end
///     Optional stop position. Default: end of the bytes.
#[native("bytearray.count($self, sub[, start[, end]], /)")]
fn count(cx: &mut Cx, this: &Value, sub: &Value, start: Option<&Value>, end: Option<&Value>) -> R<usize> {
    shared::count(cx, this, sub, start, end)
}

/// Decode the bytearray using the codec registered for encoding.
///
///   encoding
///     The encoding with which to decode the bytearray.
///   errors
///     The error handling scheme to use for the handling of decoding
///     errors.  The default is 'strict' meaning that decoding errors
///     raise a UnicodeDecodeError.  Other possible values are 'ignore'
///     and 'replace' as well as any other name registered with
///     codecs.register_error that can handle UnicodeDecodeErrors.
#[native("bytearray.decode($self, /, encoding='utf-8', errors='strict')")]
fn decode(cx: &mut Cx, this: &Value, encoding: Option<&Value>, errors: Option<&Value>) -> R {
    shared::decode(cx, this, encoding, errors)
}

/// Return True if the bytearray ends with the specified suffix, False otherwise.
///
///   suffix
///     A bytes or a tuple of bytes to try.
///   start
///     Optional start position. Default: start of the bytearray.
///   end
///     Optional stop position. Default: end of the bytearray.
#[native("bytearray.endswith($self, suffix[, start[, end]], /)")]
fn endswith(
    cx: &mut Cx,
    this: &Value,
    suffix: &Value,
    start: Option<&Value>,
    end: Option<&Value>,
) -> R<bool> {
    shared::endswith(cx, this, suffix, start, end)
}

/// Return a copy where all tab characters are expanded using spaces.
///
/// If tabsize is not given, a tab size of 8 characters is assumed.
#[native("bytearray.expandtabs($self, /, tabsize=8)")]
fn expandtabs(cx: &mut Cx, this: &Value, tabsize: i32) -> R {
    shared::expandtabs(cx, this, tabsize)
}

/// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].
///
///   start
///     Optional start position. Default: start of the bytes.
///   end
///     Optional stop position. Default: end of the bytes.
///
/// Return -1 on failure.
#[native("bytearray.find($self, sub[, start[, end]], /)")]
fn find(cx: &mut Cx, this: &Value, sub: &Value, start: Option<&Value>, end: Option<&Value>) -> R<i64> {
    shared::find(cx, this, sub, start, end)
}

/// Create a string of hexadecimal numbers from a bytearray object.
///
///   sep
///     An optional single character or byte to separate hex bytes.
///   bytes_per_sep
///     How many bytes between separators.  Positive values count from
///     the right, negative values count from the left.
///
/// Example:
/// >>> value = bytearray([0xb9, 0x01, 0xef])
/// >>> value.hex()
/// 'b901ef'
/// >>> value.hex(':')
/// 'b9:01:ef'
/// >>> value.hex(':', 2)
/// 'b9:01ef'
/// >>> value.hex(':', -2)
/// 'b901:ef'
#[native("bytearray.hex($self, /, sep=?, bytes_per_sep=1)")]
fn hex(cx: &mut Cx, this: &Value, sep: Option<&Value>, bytes_per_sep: i32) -> R {
    shared::hex(cx, this, sep, bytes_per_sep)
}

/// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].
///
///   start
///     Optional start position. Default: start of the bytes.
///   end
///     Optional stop position. Default: end of the bytes.
///
/// Raise ValueError if the subsection is not found.
#[native("bytearray.index($self, sub[, start[, end]], /)")]
fn index(cx: &mut Cx, this: &Value, sub: &Value, start: Option<&Value>, end: Option<&Value>) -> R<usize> {
    shared::index(cx, this, sub, start, end)
}

/// B.isalnum() -> bool
///
/// Return True if all characters in B are alphanumeric
/// and there is at least one character in B, False otherwise.
#[native("bytearray.isalnum($self, /)")]
fn isalnum(cx: &mut Cx, this: &Value) -> bool {
    shared::isalnum(cx, this)
}

/// B.isalpha() -> bool
///
/// Return True if all characters in B are alphabetic
/// and there is at least one character in B, False otherwise.
#[native("bytearray.isalpha($self, /)")]
fn isalpha(cx: &mut Cx, this: &Value) -> bool {
    shared::isalpha(cx, this)
}

/// B.isascii() -> bool
///
/// Return True if B is empty or all characters in B are ASCII,
/// False otherwise.
#[native("bytearray.isascii($self, /)")]
fn isascii(cx: &mut Cx, this: &Value) -> bool {
    shared::isascii(cx, this)
}

/// B.isdigit() -> bool
///
/// Return True if all characters in B are digits
/// and there is at least one character in B, False otherwise.
#[native("bytearray.isdigit($self, /)")]
fn isdigit(cx: &mut Cx, this: &Value) -> bool {
    shared::isdigit(cx, this)
}

/// B.islower() -> bool
///
/// Return True if all cased characters in B are lowercase and there is
/// at least one cased character in B, False otherwise.
#[native("bytearray.islower($self, /)")]
fn islower(cx: &mut Cx, this: &Value) -> bool {
    shared::islower(cx, this)
}

/// B.isspace() -> bool
///
/// Return True if all characters in B are whitespace
/// and there is at least one character in B, False otherwise.
#[native("bytearray.isspace($self, /)")]
fn isspace(cx: &mut Cx, this: &Value) -> bool {
    shared::isspace(cx, this)
}

/// B.istitle() -> bool
///
/// Return True if B is a titlecased string and there is at least one
/// character in B, i.e. uppercase characters may only follow uncased
/// characters and lowercase characters only cased ones. Return False
/// otherwise.
#[native("bytearray.istitle($self, /)")]
fn istitle(cx: &mut Cx, this: &Value) -> bool {
    shared::istitle(cx, this)
}

/// B.isupper() -> bool
///
/// Return True if all cased characters in B are uppercase and there is
/// at least one cased character in B, False otherwise.
#[native("bytearray.isupper($self, /)")]
fn isupper(cx: &mut Cx, this: &Value) -> bool {
    shared::isupper(cx, this)
}

/// Concatenate any number of bytes/bytearray objects.
///
/// The bytearray whose method is called is inserted in between each
/// pair.
///
/// The result is returned as a new bytearray object.
#[native("bytearray.join($self, iterable_of_bytes, /)")]
fn join(cx: &mut Cx, this: &Value, iterable_of_bytes: &Value) -> R {
    shared::join(cx, this, iterable_of_bytes)
}

/// Return a left-justified string of length width.
///
/// Padding is done using the specified fill character.
#[native("bytearray.ljust($self, width, fillchar=b' ', /)")]
fn ljust(cx: &mut Cx, this: &Value, width: i64, fillchar: Option<&Value>) -> R {
    shared::ljust(cx, this, width, fillchar)
}

/// B.lower() -> copy of B
///
/// Return a copy of B with all ASCII characters converted to lowercase.
#[native("bytearray.lower($self, /)")]
fn lower(cx: &mut Cx, this: &Value) -> R {
    shared::lower(cx, this)
}

/// Strip leading bytes contained in the argument.
///
/// If the argument is omitted or None, strip leading ASCII whitespace.
#[native("bytearray.lstrip($self, bytes=None, /)")]
fn lstrip(cx: &mut Cx, this: &Value, bytes: Option<&Value>) -> R {
    shared::lstrip(cx, this, bytes)
}

/// Partition the bytearray into three parts using the given separator.
///
/// This will search for the separator sep in the bytearray.  If the
/// separator is found, returns a 3-tuple containing the part before the
/// separator, the separator itself, and the part after it as new
/// bytearray objects.
///
/// If the separator is not found, returns a 3-tuple containing the copy
/// of the original bytearray object and two empty bytearray objects.
#[native("bytearray.partition($self, sep, /)")]
fn partition(cx: &mut Cx, this: &Value, sep: &Value) -> R {
    shared::partition(cx, this, sep)
}

/// Return a bytearray with the given prefix string removed if present.
///
/// If the bytearray starts with the prefix string, return
/// bytearray[len(prefix):].  Otherwise, return a copy of the original
/// bytearray.
#[native("bytearray.removeprefix($self, prefix, /)")]
fn removeprefix(cx: &mut Cx, this: &Value, prefix: &Value) -> R {
    shared::removeprefix(cx, this, prefix)
}

/// Return a bytearray with the given suffix string removed if present.
///
/// If the bytearray ends with the suffix string and that suffix is not
/// empty, return bytearray[:-len(suffix)].  Otherwise, return a copy of
/// the original bytearray.
#[native("bytearray.removesuffix($self, suffix, /)")]
fn removesuffix(cx: &mut Cx, this: &Value, suffix: &Value) -> R {
    shared::removesuffix(cx, this, suffix)
}

/// Return a copy with all occurrences of substring old replaced by new.
///
///   count
///     Maximum number of occurrences to replace.
///     -1 (the default value) means replace all occurrences.
///
/// If the optional argument count is given, only the first count occurrences are
/// replaced.
#[native("bytearray.replace($self, old, new, count=-1, /)")]
fn replace(cx: &mut Cx, this: &Value, old: &Value, new: &Value, count: i64) -> R {
    shared::replace(cx, this, old, new, count)
}

/// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].
///
///   start
///     Optional start position. Default: start of the bytes.
///   end
///     Optional stop position. Default: end of the bytes.
///
/// Return -1 on failure.
#[native("bytearray.rfind($self, sub[, start[, end]], /)")]
fn rfind(cx: &mut Cx, this: &Value, sub: &Value, start: Option<&Value>, end: Option<&Value>) -> R<i64> {
    shared::rfind(cx, this, sub, start, end)
}

/// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].
///
///   start
///     Optional start position. Default: start of the bytes.
///   end
///     Optional stop position. Default: end of the bytes.
///
/// Raise ValueError if the subsection is not found.
#[native("bytearray.rindex($self, sub[, start[, end]], /)")]
fn rindex(cx: &mut Cx, this: &Value, sub: &Value, start: Option<&Value>, end: Option<&Value>) -> R<usize> {
    shared::rindex(cx, this, sub, start, end)
}

/// Return a right-justified string of length width.
///
/// Padding is done using the specified fill character.
#[native("bytearray.rjust($self, width, fillchar=b' ', /)")]
fn rjust(cx: &mut Cx, this: &Value, width: i64, fillchar: Option<&Value>) -> R {
    shared::rjust(cx, this, width, fillchar)
}

/// Partition the bytearray into three parts using the given separator.
///
/// This will search for the separator sep in the bytearray, starting at
/// the end.  If the separator is found, returns a 3-tuple containing
/// the part before the separator, the separator itself, and the part
/// after it as new bytearray objects.
///
/// If the separator is not found, returns a 3-tuple containing two
/// empty bytearray objects and the copy of the original bytearray
/// object.
#[native("bytearray.rpartition($self, sep, /)")]
fn rpartition(cx: &mut Cx, this: &Value, sep: &Value) -> R {
    shared::rpartition(cx, this, sep)
}

/// Return a list of the sections in the bytearray, using sep as the delimiter.
///
///   sep
///     The delimiter according which to split the bytearray.
///     None (the default value) means split on ASCII whitespace
///     characters (space, tab, return, newline, formfeed, vertical tab).
///   maxsplit
///     Maximum number of splits to do.
///     -1 (the default value) means no limit.
///
/// Splitting is done starting at the end of the bytearray and working
/// to the front.
#[native("bytearray.rsplit($self, /, sep=None, maxsplit=-1)")]
fn rsplit(cx: &mut Cx, this: &Value, sep: Option<&Value>, maxsplit: i64) -> R {
    shared::rsplit(cx, this, sep, maxsplit)
}

/// Strip trailing bytes contained in the argument.
///
/// If the argument is omitted or None, strip trailing ASCII whitespace.
#[native("bytearray.rstrip($self, bytes=None, /)")]
fn rstrip(cx: &mut Cx, this: &Value, bytes: Option<&Value>) -> R {
    shared::rstrip(cx, this, bytes)
}

/// Return a list of the sections in the bytearray, using sep as the delimiter.
///
///   sep
///     The delimiter according which to split the bytearray.
///     None (the default value) means split on ASCII whitespace
///     characters (space, tab, return, newline, formfeed, vertical tab).
///   maxsplit
///     Maximum number of splits to do.
///     -1 (the default value) means no limit.
#[native("bytearray.split($self, /, sep=None, maxsplit=-1)")]
fn split(cx: &mut Cx, this: &Value, sep: Option<&Value>, maxsplit: i64) -> R {
    shared::split(cx, this, sep, maxsplit)
}

/// Return a list of the lines in the bytearray, breaking at line boundaries.
///
/// Line breaks are not included in the resulting list unless keepends
/// is given and true.
#[native("bytearray.splitlines($self, /, keepends=False)")]
fn splitlines(cx: &mut Cx, this: &Value, keepends: bool) -> R {
    shared::splitlines(cx, this, keepends)
}

/// Return True if the bytearray starts with the specified prefix, False otherwise.
///
///   prefix
///     A bytes or a tuple of bytes to try.
///   start
///     Optional start position. Default: start of the bytearray.
///   end
///     Optional stop position. Default: end of the bytearray.
#[native("bytearray.startswith($self, prefix[, start[, end]], /)")]
fn startswith(
    cx: &mut Cx,
    this: &Value,
    prefix: &Value,
    start: Option<&Value>,
    end: Option<&Value>,
) -> R<bool> {
    shared::startswith(cx, this, prefix, start, end)
}

/// Strip leading and trailing bytes contained in the argument.
///
/// If the argument is omitted or None, strip leading and trailing ASCII
/// whitespace.
#[native("bytearray.strip($self, bytes=None, /)")]
fn strip(cx: &mut Cx, this: &Value, bytes: Option<&Value>) -> R {
    shared::strip(cx, this, bytes)
}

/// B.swapcase() -> copy of B
///
/// Return a copy of B with uppercase ASCII characters converted
/// to lowercase ASCII and vice versa.
#[native("bytearray.swapcase($self, /)")]
fn swapcase(cx: &mut Cx, this: &Value) -> R {
    shared::swapcase(cx, this)
}

/// B.title() -> copy of B
///
/// Return a titlecased version of B, i.e. ASCII words start with
/// uppercase characters, all remaining cased characters have lowercase.
#[native("bytearray.title($self, /)")]
fn title(cx: &mut Cx, this: &Value) -> R {
    shared::title(cx, this)
}

/// Return a copy with each character mapped by the given translation table.
///
///   table
///     Translation table, which must be a bytes object of length 256.
///
/// All characters occurring in the optional argument delete are
/// removed.  The remaining characters are mapped through the given
/// translation table.
#[native("bytearray.translate($self, table, /, delete=b'')")]
fn translate(cx: &mut Cx, this: &Value, table: &Value, delete: Option<&Value>) -> R {
    shared::translate(cx, this, table, delete)
}

/// B.upper() -> copy of B
///
/// Return a copy of B with all ASCII characters converted to uppercase.
#[native("bytearray.upper($self, /)")]
fn upper(cx: &mut Cx, this: &Value) -> R {
    shared::upper(cx, this)
}

/// Pad a numeric string with zeros on the left, to fill a field of the given width.
///
/// The original string is never truncated.
#[native("bytearray.zfill($self, width, /)")]
fn zfill(cx: &mut Cx, this: &Value, width: i64) -> R {
    shared::zfill(cx, this, width)
}

/// Create a bytearray object from a string of hexadecimal numbers.
///
/// Spaces between two numbers are accepted.
/// Example:
///     bytearray.fromhex('B9 01EF') -> bytearray(b'\\xb9\\x01\\xef')
#[native("bytearray.fromhex($type, string, /)")]
fn fromhex(cx: &mut Cx, class: &Value, string: &Value) -> R {
    shared::fromhex(cx, class, string, false)
}

/// Return a translation table usable for the bytes or bytearray translate method.
///
/// The returned table will be one where each byte in frm is mapped to
/// the byte at the same position in to.
///
/// The bytes objects frm and to must be of the same length.
#[native("bytearray.maketrans(frm, to, /)")]
fn maketrans(cx: &mut Cx, frm: &Value, to: &Value) -> R {
    shared::maketrans(cx, frm, to)
}

/// All methods of `bytearray`.
pub static METHODS: &[&NativeDef] = natives![
    super::own::alloc,
    super::own::release_buffer,
    super::own::reduce,
    super::own::reduce_ex,
    super::own::sizeof,
    super::own::append,
    super::own::clear,
    super::own::copy,
    super::own::extend,
    super::own::insert,
    super::own::pop,
    super::own::remove,
    super::own::resize,
    super::own::reverse,
    capitalize,
    center,
    count,
    decode,
    endswith,
    expandtabs,
    find,
    hex,
    index,
    isalnum,
    isalpha,
    isascii,
    isdigit,
    islower,
    isspace,
    istitle,
    isupper,
    join,
    ljust,
    lower,
    lstrip,
    partition,
    removeprefix,
    removesuffix,
    replace,
    rfind,
    rindex,
    rjust,
    rpartition,
    rsplit,
    rstrip,
    split,
    splitlines,
    startswith,
    strip,
    swapcase,
    title,
    translate,
    upper,
    zfill,
    fromhex,
    maketrans
];
