//! The methods that `bytes` and `bytearray` share, over [`crate::bytes::shared`]: declared once by `byte_methods!`, which each
//! type invokes with its name and its own documentation.

use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, R, Value};

use crate::bytes::shared;

/// Declares the methods for the type of this name; each is listed with its documentation.
macro_rules! byte_methods {
    (
        $owner:tt;
        $(#[doc = $capitalize:tt])* capitalize;
        $(#[doc = $center:tt])* center;
        $(#[doc = $count:tt])* count;
        $(#[doc = $decode:tt])* decode;
        $(#[doc = $endswith:tt])* endswith;
        $(#[doc = $expandtabs:tt])* expandtabs;
        $(#[doc = $find:tt])* find;
        $(#[doc = $hex:tt])* hex;
        $(#[doc = $index:tt])* index;
        $(#[doc = $isalnum:tt])* isalnum;
        $(#[doc = $isalpha:tt])* isalpha;
        $(#[doc = $isascii:tt])* isascii;
        $(#[doc = $isdigit:tt])* isdigit;
        $(#[doc = $islower:tt])* islower;
        $(#[doc = $isspace:tt])* isspace;
        $(#[doc = $istitle:tt])* istitle;
        $(#[doc = $isupper:tt])* isupper;
        $(#[doc = $join:tt])* join;
        $(#[doc = $ljust:tt])* ljust;
        $(#[doc = $lower:tt])* lower;
        $(#[doc = $lstrip:tt])* lstrip;
        $(#[doc = $partition:tt])* partition;
        $(#[doc = $removeprefix:tt])* removeprefix;
        $(#[doc = $removesuffix:tt])* removesuffix;
        $(#[doc = $replace:tt])* replace;
        $(#[doc = $rfind:tt])* rfind;
        $(#[doc = $rindex:tt])* rindex;
        $(#[doc = $rjust:tt])* rjust;
        $(#[doc = $rpartition:tt])* rpartition;
        $(#[doc = $rsplit:tt])* rsplit;
        $(#[doc = $rstrip:tt])* rstrip;
        $(#[doc = $split:tt])* split;
        $(#[doc = $splitlines:tt])* splitlines;
        $(#[doc = $startswith:tt])* startswith;
        $(#[doc = $strip:tt])* strip;
        $(#[doc = $swapcase:tt])* swapcase;
        $(#[doc = $title:tt])* title;
        $(#[doc = $translate:tt])* translate;
        $(#[doc = $upper:tt])* upper;
        $(#[doc = $zfill:tt])* zfill;
        $(#[doc = $maketrans:tt])* maketrans;
    ) => {
        $(#[doc = $capitalize])*
        #[native($owner ".capitalize($self, /)")]
        fn capitalize(cx: &mut Cx, this: &Value) -> R {
            shared::capitalize(cx, this)
        }

        $(#[doc = $center])*
        #[native($owner ".center($self, width, fillchar=b' ', /)")]
        fn center(cx: &mut Cx, this: &Value, width: i64, fillchar: Option<&Value>) -> R {
            shared::center(cx, this, width, fillchar)
        }

        $(#[doc = $count])*
        #[native($owner ".count($self, sub[, start[, end]], /)")]
        fn count(cx: &mut Cx, this: &Value, sub: &Value, start: Option<&Value>, end: Option<&Value>) -> R<usize> {
            shared::count(cx, this, sub, start, end)
        }

        $(#[doc = $decode])*
        #[native($owner ".decode($self, /, encoding='utf-8', errors='strict')")]
        fn decode(cx: &mut Cx, this: &Value, encoding: Option<&Value>, errors: Option<&Value>) -> R {
            shared::decode(cx, this, encoding, errors)
        }

        $(#[doc = $endswith])*
        #[native($owner ".endswith($self, suffix[, start[, end]], /)")]
        fn endswith(
            cx: &mut Cx,
            this: &Value,
            suffix: &Value,
            start: Option<&Value>,
            end: Option<&Value>,
        ) -> R<bool> {
            shared::endswith(cx, this, suffix, start, end)
        }

        $(#[doc = $expandtabs])*
        #[native($owner ".expandtabs($self, /, tabsize=8)")]
        fn expandtabs(cx: &mut Cx, this: &Value, tabsize: i32) -> R {
            shared::expandtabs(cx, this, tabsize)
        }

        $(#[doc = $find])*
        #[native($owner ".find($self, sub[, start[, end]], /)")]
        fn find(cx: &mut Cx, this: &Value, sub: &Value, start: Option<&Value>, end: Option<&Value>) -> R<i64> {
            shared::find(cx, this, sub, start, end)
        }

        $(#[doc = $hex])*
        #[native($owner ".hex($self, /, sep=?, bytes_per_sep=1)")]
        fn hex(cx: &mut Cx, this: &Value, sep: Option<&Value>, bytes_per_sep: i32) -> R {
            shared::hex(cx, this, sep, bytes_per_sep)
        }

        $(#[doc = $index])*
        #[native($owner ".index($self, sub[, start[, end]], /)")]
        fn index(cx: &mut Cx, this: &Value, sub: &Value, start: Option<&Value>, end: Option<&Value>) -> R<usize> {
            shared::index(cx, this, sub, start, end)
        }

        $(#[doc = $isalnum])*
        #[native($owner ".isalnum($self, /)")]
        fn isalnum(cx: &mut Cx, this: &Value) -> bool {
            shared::isalnum(cx, this)
        }

        $(#[doc = $isalpha])*
        #[native($owner ".isalpha($self, /)")]
        fn isalpha(cx: &mut Cx, this: &Value) -> bool {
            shared::isalpha(cx, this)
        }

        $(#[doc = $isascii])*
        #[native($owner ".isascii($self, /)")]
        fn isascii(cx: &mut Cx, this: &Value) -> bool {
            shared::isascii(cx, this)
        }

        $(#[doc = $isdigit])*
        #[native($owner ".isdigit($self, /)")]
        fn isdigit(cx: &mut Cx, this: &Value) -> bool {
            shared::isdigit(cx, this)
        }

        $(#[doc = $islower])*
        #[native($owner ".islower($self, /)")]
        fn islower(cx: &mut Cx, this: &Value) -> bool {
            shared::islower(cx, this)
        }

        $(#[doc = $isspace])*
        #[native($owner ".isspace($self, /)")]
        fn isspace(cx: &mut Cx, this: &Value) -> bool {
            shared::isspace(cx, this)
        }

        $(#[doc = $istitle])*
        #[native($owner ".istitle($self, /)")]
        fn istitle(cx: &mut Cx, this: &Value) -> bool {
            shared::istitle(cx, this)
        }

        $(#[doc = $isupper])*
        #[native($owner ".isupper($self, /)")]
        fn isupper(cx: &mut Cx, this: &Value) -> bool {
            shared::isupper(cx, this)
        }

        $(#[doc = $join])*
        #[native($owner ".join($self, iterable_of_bytes, /)")]
        fn join(cx: &mut Cx, this: &Value, iterable_of_bytes: &Value) -> R {
            shared::join(cx, this, iterable_of_bytes)
        }

        $(#[doc = $ljust])*
        #[native($owner ".ljust($self, width, fillchar=b' ', /)")]
        fn ljust(cx: &mut Cx, this: &Value, width: i64, fillchar: Option<&Value>) -> R {
            shared::ljust(cx, this, width, fillchar)
        }

        $(#[doc = $lower])*
        #[native($owner ".lower($self, /)")]
        fn lower(cx: &mut Cx, this: &Value) -> R {
            shared::lower(cx, this)
        }

        $(#[doc = $lstrip])*
        #[native($owner ".lstrip($self, bytes=None, /)")]
        fn lstrip(cx: &mut Cx, this: &Value, bytes: Option<&Value>) -> R {
            shared::lstrip(cx, this, bytes)
        }

        $(#[doc = $partition])*
        #[native($owner ".partition($self, sep, /)")]
        fn partition(cx: &mut Cx, this: &Value, sep: &Value) -> R {
            shared::partition(cx, this, sep)
        }

        $(#[doc = $removeprefix])*
        #[native($owner ".removeprefix($self, prefix, /)")]
        fn removeprefix(cx: &mut Cx, this: &Value, prefix: &Value) -> R {
            shared::removeprefix(cx, this, prefix)
        }

        $(#[doc = $removesuffix])*
        #[native($owner ".removesuffix($self, suffix, /)")]
        fn removesuffix(cx: &mut Cx, this: &Value, suffix: &Value) -> R {
            shared::removesuffix(cx, this, suffix)
        }

        $(#[doc = $replace])*
        #[native($owner ".replace($self, old, new, count=-1, /)")]
        fn replace(cx: &mut Cx, this: &Value, old: &Value, new: &Value, count: i64) -> R {
            shared::replace(cx, this, old, new, count)
        }

        $(#[doc = $rfind])*
        #[native($owner ".rfind($self, sub[, start[, end]], /)")]
        fn rfind(cx: &mut Cx, this: &Value, sub: &Value, start: Option<&Value>, end: Option<&Value>) -> R<i64> {
            shared::rfind(cx, this, sub, start, end)
        }

        $(#[doc = $rindex])*
        #[native($owner ".rindex($self, sub[, start[, end]], /)")]
        fn rindex(cx: &mut Cx, this: &Value, sub: &Value, start: Option<&Value>, end: Option<&Value>) -> R<usize> {
            shared::rindex(cx, this, sub, start, end)
        }

        $(#[doc = $rjust])*
        #[native($owner ".rjust($self, width, fillchar=b' ', /)")]
        fn rjust(cx: &mut Cx, this: &Value, width: i64, fillchar: Option<&Value>) -> R {
            shared::rjust(cx, this, width, fillchar)
        }

        $(#[doc = $rpartition])*
        #[native($owner ".rpartition($self, sep, /)")]
        fn rpartition(cx: &mut Cx, this: &Value, sep: &Value) -> R {
            shared::rpartition(cx, this, sep)
        }

        $(#[doc = $rsplit])*
        #[native($owner ".rsplit($self, /, sep=None, maxsplit=-1)")]
        fn rsplit(cx: &mut Cx, this: &Value, sep: Option<&Value>, maxsplit: i64) -> R {
            shared::rsplit(cx, this, sep, maxsplit)
        }

        $(#[doc = $rstrip])*
        #[native($owner ".rstrip($self, bytes=None, /)")]
        fn rstrip(cx: &mut Cx, this: &Value, bytes: Option<&Value>) -> R {
            shared::rstrip(cx, this, bytes)
        }

        $(#[doc = $split])*
        #[native($owner ".split($self, /, sep=None, maxsplit=-1)")]
        fn split(cx: &mut Cx, this: &Value, sep: Option<&Value>, maxsplit: i64) -> R {
            shared::split(cx, this, sep, maxsplit)
        }

        $(#[doc = $splitlines])*
        #[native($owner ".splitlines($self, /, keepends=False)")]
        fn splitlines(cx: &mut Cx, this: &Value, keepends: bool) -> R {
            shared::splitlines(cx, this, keepends)
        }

        $(#[doc = $startswith])*
        #[native($owner ".startswith($self, prefix[, start[, end]], /)")]
        fn startswith(
            cx: &mut Cx,
            this: &Value,
            prefix: &Value,
            start: Option<&Value>,
            end: Option<&Value>,
        ) -> R<bool> {
            shared::startswith(cx, this, prefix, start, end)
        }

        $(#[doc = $strip])*
        #[native($owner ".strip($self, bytes=None, /)")]
        fn strip(cx: &mut Cx, this: &Value, bytes: Option<&Value>) -> R {
            shared::strip(cx, this, bytes)
        }

        $(#[doc = $swapcase])*
        #[native($owner ".swapcase($self, /)")]
        fn swapcase(cx: &mut Cx, this: &Value) -> R {
            shared::swapcase(cx, this)
        }

        $(#[doc = $title])*
        #[native($owner ".title($self, /)")]
        fn title(cx: &mut Cx, this: &Value) -> R {
            shared::title(cx, this)
        }

        $(#[doc = $translate])*
        #[native($owner ".translate($self, table, /, delete=b'')")]
        fn translate(cx: &mut Cx, this: &Value, table: &Value, delete: Option<&Value>) -> R {
            shared::translate(cx, this, table, delete)
        }

        $(#[doc = $upper])*
        #[native($owner ".upper($self, /)")]
        fn upper(cx: &mut Cx, this: &Value) -> R {
            shared::upper(cx, this)
        }

        $(#[doc = $zfill])*
        #[native($owner ".zfill($self, width, /)")]
        fn zfill(cx: &mut Cx, this: &Value, width: i64) -> R {
            shared::zfill(cx, this, width)
        }

        $(#[doc = $maketrans])*
        #[native($owner ".maketrans(frm, to, /)")]
        fn maketrans(cx: &mut Cx, frm: &Value, to: &Value) -> R {
            shared::maketrans(cx, frm, to)
        }
    };
}
pub(crate) use byte_methods;

byte_methods! {
    "bytes";
    /// B.capitalize() -> copy of B
    ///
    /// Return a copy of B with only its first character capitalized (ASCII)
    /// and the rest lower-cased.
    capitalize;
    /// Return a centered string of length width.
    ///
    /// Padding is done using the specified fill character.
    center;
    /// Return the number of non-overlapping occurrences of subsection 'sub' in bytes B[start:end].
    ///
    ///   start
    ///     Optional start position. Default: start of the bytes.
    ///   end
    ///     Optional stop position. Default: end of the bytes.
    count;
    /// Decode the bytes using the codec registered for encoding.
    ///
    ///   encoding
    ///     The encoding with which to decode the bytes.
    ///   errors
    ///     The error handling scheme to use for the handling of decoding
    ///     errors.  The default is 'strict' meaning that decoding errors
    ///     raise a UnicodeDecodeError.  Other possible values are 'ignore'
    ///     and 'replace' as well as any other name registered with
    ///     codecs.register_error that can handle UnicodeDecodeErrors.
    decode;
    /// Return True if the bytes ends with the specified suffix, False otherwise.
    ///
    ///   suffix
    ///     A bytes or a tuple of bytes to try.
    ///   start
    ///     Optional start position. Default: start of the bytes.
    ///   end
    ///     Optional stop position. Default: end of the bytes.
    endswith;
    /// Return a copy where all tab characters are expanded using spaces.
    ///
    /// If tabsize is not given, a tab size of 8 characters is assumed.
    expandtabs;
    /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    ///   start
    ///     Optional start position. Default: start of the bytes.
    ///   end
    ///     Optional stop position. Default: end of the bytes.
    ///
    /// Return -1 on failure.
    find;
    /// Create a string of hexadecimal numbers from a bytes object.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from
    ///     the right, negative values count from the left.
    ///
    /// Example:
    /// >>> value = b'\xb9\x01\xef'
    /// >>> value.hex()
    /// 'b901ef'
    /// >>> value.hex(':')
    /// 'b9:01:ef'
    /// >>> value.hex(':', 2)
    /// 'b9:01ef'
    /// >>> value.hex(':', -2)
    /// 'b901:ef'
    hex;
    /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    ///   start
    ///     Optional start position. Default: start of the bytes.
    ///   end
    ///     Optional stop position. Default: end of the bytes.
    ///
    /// Raise ValueError if the subsection is not found.
    index;
    /// B.isalnum() -> bool
    ///
    /// Return True if all characters in B are alphanumeric
    /// and there is at least one character in B, False otherwise.
    isalnum;
    /// B.isalpha() -> bool
    ///
    /// Return True if all characters in B are alphabetic
    /// and there is at least one character in B, False otherwise.
    isalpha;
    /// B.isascii() -> bool
    ///
    /// Return True if B is empty or all characters in B are ASCII,
    /// False otherwise.
    isascii;
    /// B.isdigit() -> bool
    ///
    /// Return True if all characters in B are digits
    /// and there is at least one character in B, False otherwise.
    isdigit;
    /// B.islower() -> bool
    ///
    /// Return True if all cased characters in B are lowercase and there is
    /// at least one cased character in B, False otherwise.
    islower;
    /// B.isspace() -> bool
    ///
    /// Return True if all characters in B are whitespace
    /// and there is at least one character in B, False otherwise.
    isspace;
    /// B.istitle() -> bool
    ///
    /// Return True if B is a titlecased string and there is at least one
    /// character in B, i.e. uppercase characters may only follow uncased
    /// characters and lowercase characters only cased ones. Return False
    /// otherwise.
    istitle;
    /// B.isupper() -> bool
    ///
    /// Return True if all cased characters in B are uppercase and there is
    /// at least one cased character in B, False otherwise.
    isupper;
    /// Concatenate any number of bytes objects.
    ///
    /// The bytes whose method is called is inserted in between each pair.
    ///
    /// The result is returned as a new bytes object.
    ///
    /// Example: b'.'.join([b'ab', b'pq', b'rs']) -> b'ab.pq.rs'.
    join;
    /// Return a left-justified string of length width.
    ///
    /// Padding is done using the specified fill character.
    ljust;
    /// B.lower() -> copy of B
    ///
    /// Return a copy of B with all ASCII characters converted to lowercase.
    lower;
    /// Strip leading bytes contained in the argument.
    ///
    /// If the argument is omitted or None, strip leading  ASCII whitespace.
    lstrip;
    /// Partition the bytes into three parts using the given separator.
    ///
    /// This will search for the separator sep in the bytes.  If the
    /// separator is found, returns a 3-tuple containing the part before the
    /// separator, the separator itself, and the part after it.
    ///
    /// If the separator is not found, returns a 3-tuple containing the
    /// original bytes object and two empty bytes objects.
    partition;
    /// Return a bytes object with the given prefix string removed if present.
    ///
    /// If the bytes starts with the prefix string, return
    /// bytes[len(prefix):].  Otherwise, return a copy of the original
    /// bytes.
    removeprefix;
    /// Return a bytes object with the given suffix string removed if present.
    ///
    /// If the bytes ends with the suffix string and that suffix is not
    /// empty, return bytes[:-len(prefix)].  Otherwise, return a copy of the
    /// original bytes.
    removesuffix;
    /// Return a copy with all occurrences of substring old replaced by new.
    ///
    ///   count
    ///     Maximum number of occurrences to replace.
    ///     -1 (the default value) means replace all occurrences.
    ///
    /// If the optional argument count is given, only the first count occurrences are
    /// replaced.
    replace;
    /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    ///   start
    ///     Optional start position. Default: start of the bytes.
    ///   end
    ///     Optional stop position. Default: end of the bytes.
    ///
    /// Return -1 on failure.
    rfind;
    /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    ///   start
    ///     Optional start position. Default: start of the bytes.
    ///   end
    ///     Optional stop position. Default: end of the bytes.
    ///
    /// Raise ValueError if the subsection is not found.
    rindex;
    /// Return a right-justified string of length width.
    ///
    /// Padding is done using the specified fill character.
    rjust;
    /// Partition the bytes into three parts using the given separator.
    ///
    /// This will search for the separator sep in the bytes, starting at the
    /// end.  If the separator is found, returns a 3-tuple containing the
    /// part before the separator, the separator itself, and the part after
    /// it.
    ///
    /// If the separator is not found, returns a 3-tuple containing two
    /// empty bytes objects and the original bytes object.
    rpartition;
    /// Return a list of the sections in the bytes, using sep as the delimiter.
    ///
    ///   sep
    ///     The delimiter according which to split the bytes.
    ///     None (the default value) means split on ASCII whitespace
    ///     characters (space, tab, return, newline, formfeed, vertical tab).
    ///   maxsplit
    ///     Maximum number of splits to do.
    ///     -1 (the default value) means no limit.
    ///
    /// Splitting is done starting at the end of the bytes and working to
    /// the front.
    rsplit;
    /// Strip trailing bytes contained in the argument.
    ///
    /// If the argument is omitted or None, strip trailing ASCII whitespace.
    rstrip;
    /// Return a list of the sections in the bytes, using sep as the delimiter.
    ///
    ///   sep
    ///     The delimiter according which to split the bytes.
    ///     None (the default value) means split on ASCII whitespace
    ///     characters (space, tab, return, newline, formfeed, vertical tab).
    ///   maxsplit
    ///     Maximum number of splits to do.
    ///     -1 (the default value) means no limit.
    split;
    /// Return a list of the lines in the bytes, breaking at line boundaries.
    ///
    /// Line breaks are not included in the resulting list unless keepends
    /// is given and true.
    splitlines;
    /// Return True if the bytes starts with the specified prefix, False otherwise.
    ///
    ///   prefix
    ///     A bytes or a tuple of bytes to try.
    ///   start
    ///     Optional start position. Default: start of the bytes.
    ///   end
    ///     Optional stop position. Default: end of the bytes.
    startswith;
    /// Strip leading and trailing bytes contained in the argument.
    ///
    /// If the argument is omitted or None, strip leading and trailing ASCII
    /// whitespace.
    strip;
    /// B.swapcase() -> copy of B
    ///
    /// Return a copy of B with uppercase ASCII characters converted
    /// to lowercase ASCII and vice versa.
    swapcase;
    /// B.title() -> copy of B
    ///
    /// Return a titlecased version of B, i.e. ASCII words start with
    /// uppercase characters, all remaining cased characters have lowercase.
    title;
    /// Return a copy with each character mapped by the given translation table.
    ///
    ///   table
    ///     Translation table, which must be a bytes object of length 256.
    ///
    /// All characters occurring in the optional argument delete are
    /// removed.  The remaining characters are mapped through the given
    /// translation table.
    translate;
    /// B.upper() -> copy of B
    ///
    /// Return a copy of B with all ASCII characters converted to uppercase.
    upper;
    /// Pad a numeric string with zeros on the left, to fill a field of the given width.
    ///
    /// The original string is never truncated.
    zfill;
    /// Return a translation table usable for the bytes or bytearray translate method.
    ///
    /// The returned table will be one where each byte in frm is mapped to
    /// the byte at the same position in to.
    ///
    /// The bytes objects frm and to must be of the same length.
    maketrans;
}

/// Create a bytes object from a string of hexadecimal numbers.
///
/// Spaces between two numbers are accepted.
/// Example: bytes.fromhex('B9 01EF') -> b'\\xb9\\x01\\xef'.
#[native("bytes.fromhex($type, string, /)")]
fn fromhex(cx: &mut Cx, class: &Value, string: &Value) -> R {
    shared::fromhex(cx, class, string, true)
}

/// All methods of `bytes`.
pub static METHODS: &[&NativeDef] = natives![
    super::getnewargs,
    super::dunder_bytes,
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
