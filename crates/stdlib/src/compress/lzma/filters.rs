//! Filter chains: from Python's filter specifiers to the library's, and back.

use std::ffi::c_void;

use liblzma_sys as lz;
use taipan_object::{Cx, R, Raised, Value, dict, exc, int, ops};

use super::raise_status;

/// The library's options of the delta filter; the binding has them not.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct DeltaOptions {
    kind: u32,
    distance: u32,
    reserved: [u32; 6],
    reserved_pointers: [*mut c_void; 2],
}

impl DeltaOptions {
    fn new(distance: u32) -> DeltaOptions {
        DeltaOptions { kind: 0, distance, reserved: [0; 6], reserved_pointers: [std::ptr::null_mut(); 2] }
    }
}

/// Options of one filter, owned.
enum Options {
    Lzma(Box<lz::lzma_options_lzma>),
    Delta(Box<DeltaOptions>),
    Bcj(Box<lz::lzma_options_bcj>),
}

/// One filter.
pub struct Filter {
    pub id: u64,
    options: Options,
}

// SAFETY: the options own their memory; their pointers are null.
unsafe impl Send for Filter {}

impl Filter {
    fn raw(&self) -> lz::lzma_filter {
        let options: *const c_void = match &self.options {
            Options::Lzma(options) => (&raw const **options).cast(),
            Options::Delta(options) => (&raw const **options).cast(),
            Options::Bcj(options) => (&raw const **options).cast(),
        };
        lz::lzma_filter { id: self.id, options: options.cast_mut() }
    }

    /// The options of an LZMA filter.
    pub fn lzma_options(&self) -> Option<&lz::lzma_options_lzma> {
        match &self.options {
            Options::Lzma(options) => Some(options),
            _ => None,
        }
    }
}

/// The filters as the library's array, with its end mark. Valid while the filters live.
pub fn raw_chain(filters: &[Filter]) -> Vec<lz::lzma_filter> {
    let end = lz::lzma_filter { id: lz::LZMA_VLI_UNKNOWN, options: std::ptr::null_mut() };
    filters.iter().map(Filter::raw).chain([end]).collect()
}

/// An int as `u32`; `None` where it is negative or too large, with the exception taken.
pub fn to_u32(cx: &mut Cx, value: &Value) -> R<u32> {
    match to_u64_named(cx, value, "uint32_t")? {
        n if n <= u32::MAX.into() => Ok(n as u32),
        _ => Err(too_large(cx, "uint32_t")),
    }
}

#[cold]
fn too_large(cx: &mut Cx, kind: &str) -> Raised {
    cx.overflow_error(format!("Python int too large for C {kind}"))
}

/// An int as `u64`; `kind` is the C type for the message.
pub fn to_u64_named(cx: &mut Cx, value: &Value, kind: &str) -> R<u64> {
    let exact = int::index(cx, value)?;
    let Some(n) = exact.as_int() else { return Err(cx.type_error("an integer is required")) };
    if n.is_negative() {
        return Err(cx.value_error("Cannot convert negative int"));
    }
    let wide = n.to_i64().map(|n| n as u64).or_else(|| u64::try_from(n.to_big().as_ref()).ok());
    wide.ok_or_else(|| too_large(cx, kind))
}

/// The default LZMA options of a preset.
pub fn preset_options(cx: &mut Cx, preset: u32) -> R<Box<lz::lzma_options_lzma>> {
    // SAFETY: zeroed options are a valid target for the preset.
    let mut options: Box<lz::lzma_options_lzma> = Box::new(unsafe { std::mem::zeroed() });
    // SAFETY: the options are memory of its own.
    if unsafe { lz::lzma_lzma_preset(&mut *options, preset) } != 0 {
        return Err(cx.raise(&super::ERROR, format!("Invalid compression preset: {preset}")));
    }
    Ok(options)
}

const LZMA_KEYS: [&str; 10] =
    ["id", "preset", "dict_size", "lc", "lp", "pb", "mode", "nice_len", "mf", "depth"];

/// The entries of a specifier, for filters of the given keys. ValueError names the kind of filter.
fn entries(cx: &mut Cx, spec: &Value, keys: &[&str], kind: &str) -> R<Vec<(usize, Value)>> {
    let message = format!("Invalid filter specifier for {kind} filter");
    let Some(dict) = spec.as_dict() else { return Err(cx.value_error(message)) };
    let mut found = Vec::new();
    for (key, value) in dict::items(cx, dict) {
        let place = key.as_str().and_then(|k| keys.iter().position(|name| k.eq_str(name)));
        match place {
            Some(place) => found.push((place, value)),
            None => return Err(cx.value_error(message)),
        }
    }
    Ok(found)
}

/// An option's number; what is no such number is a bad specifier.
fn option(cx: &mut Cx, value: &Value, kind: &str) -> R<u32> {
    match to_u32(cx, value) {
        Ok(n) => Ok(n),
        Err(raised) => {
            drop(cx.take_raised(raised));
            Err(cx.value_error(format!("Invalid filter specifier for {kind} filter")))
        }
    }
}

fn lzma_filter(cx: &mut Cx, id: u64, spec: &Value) -> R<Filter> {
    // The preset counts first, wherever it stands; what is not a dict is asked by key.
    let key = cx.str("preset");
    let preset = if ops::contains(cx, spec, &key)? {
        let preset = ops::getitem(cx, spec, &key)?;
        to_u32(cx, &preset)?
    } else {
        lz::LZMA_PRESET_DEFAULT
    };
    let mut options = preset_options(cx, preset)?;
    for (place, value) in entries(cx, spec, &LZMA_KEYS, "LZMA")? {
        if place < 2 {
            continue;
        }
        let n = option(cx, &value, "LZMA")?;
        match place {
            2 => options.dict_size = n,
            3 => options.lc = n,
            4 => options.lp = n,
            5 => options.pb = n,
            6 => options.mode = n,
            7 => options.nice_len = n,
            8 => options.mf = n,
            _ => options.depth = n,
        }
    }
    Ok(Filter { id, options: Options::Lzma(options) })
}

/// The one option of a filter beside its id.
fn single(cx: &mut Cx, spec: &Value, name: &str, kind: &str) -> R<Option<u32>> {
    let mut found = None;
    for (place, value) in entries(cx, spec, &["id", name], kind)? {
        if place == 1 {
            found = Some(option(cx, &value, kind)?);
        }
    }
    Ok(found)
}

/// A filter from its specifier: a dict or what is like one.
pub fn parse_filter(cx: &mut Cx, spec: &Value) -> R<Filter> {
    if spec.ty(cx).slots().getitem.is_none() || spec.ty(cx).slots().len.is_none() || spec.as_str().is_some() {
        return Err(cx.type_error("Filter specifier must be a dict or dict-like object"));
    }
    let key = cx.str("id");
    let id = match ops::getitem(cx, spec, &key) {
        Ok(id) => id,
        Err(raised) => {
            cx.catch(raised, &exc::KEY_ERROR)?;
            return Err(cx.value_error("Filter specifier must have an \"id\" entry"));
        }
    };
    let id = to_u64_named(cx, &id, "lzma_vli")?;
    match id {
        lz::LZMA_FILTER_LZMA1 | lz::LZMA_FILTER_LZMA2 => lzma_filter(cx, id, spec),
        lz::LZMA_FILTER_DELTA => {
            let distance = single(cx, spec, "dist", "delta")?.unwrap_or(1);
            Ok(Filter { id, options: Options::Delta(Box::new(DeltaOptions::new(distance))) })
        }
        lz::LZMA_FILTER_X86..=lz::LZMA_FILTER_SPARC => {
            let start_offset = single(cx, spec, "start_offset", "BCJ")?.unwrap_or(0);
            let options = Options::Bcj(Box::new(lz::lzma_options_bcj { start_offset }));
            Ok(Filter { id, options })
        }
        id => Err(cx.value_error(format!("Invalid filter ID: {id}"))),
    }
}

/// A chain from a sequence of specifiers.
pub fn parse_chain(cx: &mut Cx, specs: &Value) -> R<Vec<Filter>> {
    if specs.as_dict().is_some() {
        return Err(cx.type_error("dict is not a sequence"));
    }
    let n = ops::len(cx, specs)?;
    if n > 4 {
        return Err(cx.value_error("Too many filters - liblzma supports a maximum of 4"));
    }
    let mut chain = Vec::with_capacity(n);
    for i in 0..n {
        let index = cx.int(i as i64);
        let spec = ops::getitem(cx, specs, &index)?;
        chain.push(parse_filter(cx, &spec)?);
    }
    Ok(chain)
}

/// The encoded properties of a filter.
pub fn encode_properties(cx: &mut Cx, filter: &Filter) -> R<Vec<u8>> {
    let raw = filter.raw();
    let mut size = 0u32;
    // SAFETY: the filter lives during the calls; the target has the size that the library asked for.
    let (status, out) = unsafe {
        let mut status = lz::lzma_properties_size(&mut size, &raw);
        let mut out = vec![0u8; size as usize];
        if status == lz::LZMA_OK {
            status = lz::lzma_properties_encode(&raw, out.as_mut_ptr());
        }
        (status, out)
    };
    match status {
        lz::LZMA_OK => Ok(out),
        status => Err(raise_status(cx, status)),
    }
}

/// A filter's specifier from its encoded properties.
pub fn decode_properties(cx: &mut Cx, id: u64, properties: &[u8]) -> R {
    let mut raw = lz::lzma_filter { id, options: std::ptr::null_mut() };
    // SAFETY: the properties are readable for their length; without an allocator the library uses malloc.
    let status = unsafe {
        lz::lzma_properties_decode(&mut raw, std::ptr::null(), properties.as_ptr(), properties.len())
    };
    if status != lz::LZMA_OK {
        return Err(raise_status(cx, status));
    }
    let mut fields: Vec<(&str, u64)> = vec![("id", id)];
    if !raw.options.is_null() {
        // SAFETY: the library made options of the filter's own kind.
        unsafe {
            match id {
                lz::LZMA_FILTER_LZMA1 => {
                    let options = &*raw.options.cast::<lz::lzma_options_lzma>();
                    let numbers = [options.lc, options.lp, options.pb, options.dict_size];
                    fields.extend(["lc", "lp", "pb", "dict_size"].into_iter().zip(numbers.map(u64::from)));
                }
                lz::LZMA_FILTER_LZMA2 => {
                    let options = &*raw.options.cast::<lz::lzma_options_lzma>();
                    fields.push(("dict_size", options.dict_size.into()));
                }
                lz::LZMA_FILTER_DELTA => {
                    let options = &*raw.options.cast::<DeltaOptions>();
                    fields.push(("dist", options.distance.into()));
                }
                _ => {
                    let options = &*raw.options.cast::<lz::lzma_options_bcj>();
                    fields.push(("start_offset", options.start_offset.into()));
                }
            }
            libc::free(raw.options);
        }
    }
    let dict = cx.new_dict();
    for (name, number) in fields {
        let (name, number) = (cx.intern(name), cx.int_from_u64(number));
        dict::set_str(cx, &dict, &name, number)?;
    }
    Ok(dict.into_value())
}
