//! The Chinese, Japanese and Korean encodings: double-byte ones by table, GB 18030, HZ and ISO 2022.
//!
//! A codec decodes or encodes one step at a time over a [`State`]; [`decode`] and [`encode`] run it over a whole input and
//! ask the error handler. Both say how much they used, so that an incremental codec keeps the rest.

mod iso2022;
mod stateless;
mod table;
#[rustfmt::skip]
mod tables;

use crate::codecs::{CodecError, DecodeErrors, Decoded, Decoder, EncodeErrors, encode_error};

use iso2022::Iso2022;
use stateless::Kind;
use table::Table;

const ILLEGAL: &str = "illegal multibyte sequence";
const INCOMPLETE: &str = "incomplete multibyte sequence";

/// What a codec remembers between steps: eight bytes whose meaning is the codec's, as `getstate()` shows them.
pub type State = [u8; 8];

/// One step of decoding.
enum Step {
    Char(u32, usize),
    Pair(u32, u32, usize),
    /// Bytes that stand for nothing by themselves, such as an escape sequence.
    Silent(usize),
    /// The input ends too early.
    Short,
    /// So many bytes mean nothing.
    Bad(usize),
}

/// One step of encoding.
enum Written {
    /// So many characters were encoded.
    Chars(usize),
    /// The next character decides.
    Short,
    Bad,
}

enum Scheme {
    Table(Kind),
    Hz,
    Iso2022(&'static Iso2022),
}

/// One of the encodings.
pub struct Codec {
    /// Its name in messages.
    pub name: &'static str,
    scheme: Scheme,
}

/// The codecs by the native module that gives them.
pub static MODULES: &[(&str, &[&str])] = &[
    ("_codecs_cn", &["gb2312", "gbk", "gb18030", "hz"]),
    ("_codecs_hk", &["big5hkscs"]),
    (
        "_codecs_iso2022",
        &[
            "iso2022_kr",
            "iso2022_jp",
            "iso2022_jp_1",
            "iso2022_jp_2",
            "iso2022_jp_2004",
            "iso2022_jp_3",
            "iso2022_jp_ext",
        ],
    ),
    (
        "_codecs_jp",
        &["shift_jis", "cp932", "euc_jp", "shift_jis_2004", "euc_jis_2004", "euc_jisx0213", "shift_jisx0213"],
    ),
    ("_codecs_kr", &["euc_kr", "cp949", "johab"]),
    ("_codecs_tw", &["big5", "cp950"]),
];

impl Codec {
    /// The codec of this name.
    pub fn find(name: &str) -> Option<&'static Codec> {
        CODECS.iter().find(|c| c.name == name)
    }

    /// The state before decoding.
    pub fn decode_state(&self) -> State {
        match self.scheme {
            Scheme::Iso2022(_) => iso2022::INITIAL,
            _ => State::default(),
        }
    }

    /// The state before encoding.
    pub fn encode_state(&self) -> State {
        match self.scheme {
            Scheme::Iso2022(_) => iso2022::ENCODE_INITIAL,
            _ => State::default(),
        }
    }

    /// What `reset()` makes of a decoder's state.
    pub fn reset_decode(&self, state: &mut State) {
        match self.scheme {
            Scheme::Iso2022(_) => iso2022::reset_decode(state),
            _ => *state = State::default(),
        }
    }

    /// Returns to the initial shift state; appends what says so.
    pub fn reset_encode(&self, state: &mut State, out: &mut Vec<u8>) {
        match self.scheme {
            Scheme::Table(_) => {}
            Scheme::Hz => stateless::hz_reset(state, out),
            Scheme::Iso2022(_) => iso2022::reset_encode(state, out),
        }
    }

    fn table(&self) -> Option<&'static Table> {
        table::table(self.name)
    }

    fn decode_step(&self, table: Option<&Table>, state: &mut State, input: &[u8]) -> Step {
        match (&self.scheme, table) {
            (Scheme::Table(kind), Some(table)) => stateless::decode(*kind, table, input),
            (Scheme::Hz, Some(table)) => stateless::hz_decode(table, state, input),
            (Scheme::Iso2022(codec), _) => codec.decode(state, input),
            _ => Step::Bad(1),
        }
    }

    fn encode_step(
        &self,
        table: Option<&Table>,
        state: &mut State,
        text: &[u32],
        flush: bool,
        out: &mut Vec<u8>,
    ) -> Written {
        match (&self.scheme, table) {
            (Scheme::Table(kind), Some(table)) => stateless::encode(*kind, table, text, flush, out),
            (Scheme::Hz, Some(table)) => stateless::hz_encode(table, state, text, out),
            (Scheme::Iso2022(codec), _) => codec.encode(state, text, flush, out),
            _ => Written::Bad,
        }
    }

    fn tables(&self) -> Option<&'static Table> {
        match self.scheme {
            Scheme::Table(_) => self.table(),
            Scheme::Hz => table::table("gb2312"),
            Scheme::Iso2022(_) => None,
        }
    }
}

/// Decodes; where `last` is false an incomplete end is left for the next call.
pub fn decode<H: DecodeErrors>(
    codec: &'static Codec,
    state: &mut State,
    input: &[u8],
    last: bool,
    errors: &mut H,
) -> Result<Decoded, H::Failure> {
    let table = codec.tables();
    let mut d = Decoder::new(codec.name, input, errors);
    while d.at < d.input.len() {
        match codec.decode_step(table, state, &d.input[d.at..]) {
            Step::Char(c, used) => {
                d.out.push(c);
                d.at += used;
            }
            Step::Pair(a, b, used) => {
                d.out.push(a);
                d.out.push(b);
                d.at += used;
            }
            Step::Silent(used) => d.at += used,
            Step::Short if !last => break,
            Step::Short => d.error(d.at, d.input.len(), INCOMPLETE)?,
            Step::Bad(len) => d.error(d.at, (d.at + len).min(d.input.len()), ILLEGAL)?,
        }
    }
    Ok(d.finish())
}

/// Encodes; where `last` is false characters that wait for the next one are left: the number of those used is returned.
/// The state is not reset at the end.
pub fn encode<H: EncodeErrors>(
    codec: &'static Codec,
    state: &mut State,
    text: &[u32],
    last: bool,
    errors: &mut H,
) -> Result<(Vec<u8>, usize), H::Failure> {
    let table = codec.tables();
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut at = 0;
    while at < text.len() {
        match codec.encode_step(table, state, &text[at..], last, &mut out) {
            Written::Chars(used) => at += used,
            Written::Short => break,
            Written::Bad => {
                let error = CodecError { encoding: codec.name, start: at, end: at + 1, reason: ILLEGAL };
                at = encode_error(errors, error, text.len(), &mut out, |points, out| {
                    let mut rest = points;
                    while !rest.is_empty() {
                        match codec.encode_step(table, state, rest, true, out) {
                            Written::Chars(used) => rest = &rest[used..],
                            _ => return false,
                        }
                    }
                    true
                })?;
            }
        }
    }
    Ok((out, at))
}

const fn by_table(name: &'static str, kind: Kind) -> Codec {
    Codec { name, scheme: Scheme::Table(kind) }
}

const fn by_escapes(name: &'static str, codec: &'static Iso2022) -> Codec {
    Codec { name, scheme: Scheme::Iso2022(codec) }
}

static CODECS: &[Codec] = &[
    by_table("gb2312", Kind::Plain),
    by_table("gbk", Kind::Plain),
    by_table("gb18030", Kind::Gb18030),
    Codec { name: "hz", scheme: Scheme::Hz },
    by_table("big5hkscs", Kind::Plain),
    by_table("big5", Kind::Plain),
    by_table("cp950", Kind::Plain),
    by_table("shift_jis", Kind::Plain),
    by_table("cp932", Kind::Plain),
    by_table("euc_jp", Kind::Euc),
    by_table("shift_jis_2004", Kind::Plain),
    by_table("euc_jis_2004", Kind::Euc),
    by_table("euc_jisx0213", Kind::Euc),
    by_table("shift_jisx0213", Kind::Plain),
    by_table("euc_kr", Kind::EucKr),
    by_table("cp949", Kind::Plain),
    by_table("johab", Kind::Plain),
    by_escapes("iso2022_kr", &iso2022::KR),
    by_escapes("iso2022_jp", &iso2022::JP),
    by_escapes("iso2022_jp_1", &iso2022::JP_1),
    by_escapes("iso2022_jp_2", &iso2022::JP_2),
    by_escapes("iso2022_jp_2004", &iso2022::JP_2004),
    by_escapes("iso2022_jp_3", &iso2022::JP_3),
    by_escapes("iso2022_jp_ext", &iso2022::JP_EXT),
];
