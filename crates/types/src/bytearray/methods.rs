//! The methods of `bytearray`: those it shares with `bytes`, with their documentation, and its own ([`super::own`]).

use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, R, Value};

use crate::bytes::methods::byte_methods;
use crate::bytes::shared;

byte_methods! {
    "bytearray";
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
    decode;
    /// Return True if the bytearray ends with the specified suffix, False otherwise.
    ///
    ///   suffix
    ///     A bytes or a tuple of bytes to try.
    ///   start
    ///     Optional start position. Default: start of the bytearray.
    ///   end
    ///     Optional stop position. Default: end of the bytearray.
    endswith;
    /// Return a copy where all tab characters are expanded using spaces.
    ///
    /// If tabsize is not given, a tab size of 8 characters is assumed.
    expandtabs;
    /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].
    ///
    ///   start
    ///     Optional start position. Default: start of the bytes.
    ///   end
    ///     Optional stop position. Default: end of the bytes.
    ///
    /// Return -1 on failure.
    find;
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
    hex;
    /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].
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
    /// Concatenate any number of bytes/bytearray objects.
    ///
    /// The bytearray whose method is called is inserted in between each
    /// pair.
    ///
    /// The result is returned as a new bytearray object.
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
    /// If the argument is omitted or None, strip leading ASCII whitespace.
    lstrip;
    /// Partition the bytearray into three parts using the given separator.
    ///
    /// This will search for the separator sep in the bytearray.  If the
    /// separator is found, returns a 3-tuple containing the part before the
    /// separator, the separator itself, and the part after it as new
    /// bytearray objects.
    ///
    /// If the separator is not found, returns a 3-tuple containing the copy
    /// of the original bytearray object and two empty bytearray objects.
    partition;
    /// Return a bytearray with the given prefix string removed if present.
    ///
    /// If the bytearray starts with the prefix string, return
    /// bytearray[len(prefix):].  Otherwise, return a copy of the original
    /// bytearray.
    removeprefix;
    /// Return a bytearray with the given suffix string removed if present.
    ///
    /// If the bytearray ends with the suffix string and that suffix is not
    /// empty, return bytearray[:-len(suffix)].  Otherwise, return a copy of
    /// the original bytearray.
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
    /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].
    ///
    ///   start
    ///     Optional start position. Default: start of the bytes.
    ///   end
    ///     Optional stop position. Default: end of the bytes.
    ///
    /// Return -1 on failure.
    rfind;
    /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].
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
    rpartition;
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
    rsplit;
    /// Strip trailing bytes contained in the argument.
    ///
    /// If the argument is omitted or None, strip trailing ASCII whitespace.
    rstrip;
    /// Return a list of the sections in the bytearray, using sep as the delimiter.
    ///
    ///   sep
    ///     The delimiter according which to split the bytearray.
    ///     None (the default value) means split on ASCII whitespace
    ///     characters (space, tab, return, newline, formfeed, vertical tab).
    ///   maxsplit
    ///     Maximum number of splits to do.
    ///     -1 (the default value) means no limit.
    split;
    /// Return a list of the lines in the bytearray, breaking at line boundaries.
    ///
    /// Line breaks are not included in the resulting list unless keepends
    /// is given and true.
    splitlines;
    /// Return True if the bytearray starts with the specified prefix, False otherwise.
    ///
    ///   prefix
    ///     A bytes or a tuple of bytes to try.
    ///   start
    ///     Optional start position. Default: start of the bytearray.
    ///   end
    ///     Optional stop position. Default: end of the bytearray.
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

/// Create a bytearray object from a string of hexadecimal numbers.
///
/// Spaces between two numbers are accepted.
/// Example:
///     bytearray.fromhex('B9 01EF') -> bytearray(b'\\xb9\\x01\\xef')
#[native("bytearray.fromhex($type, string, /)")]
fn fromhex(cx: &mut Cx, class: &Value, string: &Value) -> R {
    shared::fromhex(cx, class, string, false)
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
