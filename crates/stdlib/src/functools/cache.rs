//! `_lru_cache_wrapper`: results of calls, kept by their arguments; the least recently used goes first.

use taipan_macros::{Trace, native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, Handle, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags, int, names, ops,
};

/// One kept result, linked by use: `older` and `newer` are places in the vector.
#[derive(Trace)]
struct Link {
    key: Value,
    value: Value,
    #[trace(skip)]
    hash: i64,
    #[trace(skip)]
    older: usize,
    #[trace(skip)]
    newer: usize,
}

/// No link.
const END: usize = usize::MAX;

/// The payload. Bounded caches map keys to places in `links`; unbounded ones map keys to results.
#[derive(Trace)]
pub struct LruCache {
    function: Value,
    info_type: Value,
    mark: Value,
    results: Handle<Dict>,
    links: Vec<Link>,
    #[trace(skip)]
    oldest: usize,
    #[trace(skip)]
    newest: usize,
    /// `None`: unbounded.
    #[trace(skip)]
    maxsize: Option<usize>,
    #[trace(skip)]
    typed: bool,
    #[trace(skip)]
    hits: u64,
    #[trace(skip)]
    misses: u64,
}

// SAFETY: instances of the type and its subtypes begin with this payload; all values are traced.
unsafe impl Payload for LruCache {
    const TYPE: &'static Obj<Type> = &LRU_CACHE;
}

pub static LRU_CACHE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<LruCache>("functools._lru_cache_wrapper")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE | flags::METHOD_DESCRIPTOR)
        .with_attrs()
        .with_slots(Slots { new: Some(new), call: Some(call), descr_get: Some(get), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![cache_info, cache_clear, reduce, copy, deepcopy],
            ..TypeDefs::NONE
        })
        .doc("Create a cached callable that wraps another function.\n\nuser_function:      the function being cached\n\nmaxsize:  0         for no caching\n          None      for unlimited cache size\n          n         for a bounded cache\n\ntyped:    False     cache f(3) and f(3.0) as identical calls\n          True      cache f(3) and f(3.0) as distinct calls\n\ncache_info_type:    namedtuple class with the fields:\n                        hits misses currsize maxsize\n"),
);

impl LruCache {
    /// Takes a link out of the order.
    fn unlink(&mut self, at: usize) {
        let Some((older, newer)) = self.links.get(at).map(|l| (l.older, l.newer)) else { return };
        match self.links.get_mut(older) {
            Some(link) => link.newer = newer,
            None => self.oldest = newer,
        }
        match self.links.get_mut(newer) {
            Some(link) => link.older = older,
            None => self.newest = older,
        }
    }

    /// Puts a link that is outside of the order at its newest end.
    fn push(&mut self, at: usize) {
        let newest = self.newest;
        if let Some(link) = self.links.get_mut(at) {
            link.older = newest;
            link.newer = END;
        }
        match self.links.get_mut(newest) {
            Some(link) => link.newer = at,
            None => self.oldest = at,
        }
        self.newest = at;
    }
}

fn payload<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<LruCache>> {
    match value.cast::<LruCache>() {
        Some(cache) => Ok(cache),
        None => Err(cx.type_error("a cache is required")),
    }
}

#[native("lru_cache(user_function, maxsize, typed, cache_info_type)")]
fn arguments(cx: &mut Cx, user_function: &Value, maxsize: &Value, typed: bool, cache_info_type: &Value) -> R {
    if user_function.ty(cx).slots().call.is_none() {
        return Err(cx.type_error("the first argument must be callable"));
    }
    let maxsize = if maxsize.is_none() {
        None
    } else if maxsize.ty(cx).slots().index.is_some() {
        Some(int::index_clamped(cx, maxsize)?.max(0) as usize)
    } else {
        return Err(cx.type_error("maxsize should be integer or None"));
    };
    // Stands between positional and keyword arguments in keys: equal to nothing else.
    let mark = ops::call(cx, &OBJECT.to_value(), &[])?;
    let results = cx.new_dict();
    let made = LruCache {
        function: user_function.clone(),
        info_type: cache_info_type.clone(),
        mark,
        results,
        links: Vec::new(),
        oldest: END,
        newest: END,
        maxsize,
        typed,
        hits: 0,
        misses: 0,
    };
    Ok(cx.new_object(made).into_value())
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let made = (arguments__def.call)(cx, args)?;
    if class.is(&LRU_CACHE) {
        return Ok(made);
    }
    let data = payload(cx, &made)?.get(cx);
    let copied = LruCache {
        function: data.function.clone(),
        info_type: data.info_type.clone(),
        mark: data.mark.clone(),
        results: data.results.clone(),
        links: Vec::new(),
        oldest: END,
        newest: END,
        maxsize: data.maxsize,
        typed: data.typed,
        hits: 0,
        misses: 0,
    };
    Ok(cx.new_instance(class, copied).into_value())
}

/// What a call's result is kept under.
fn key_of(cx: &mut Cx, mark: &Value, typed: bool, args: Args<'_>) -> Value {
    if let ([one], false, false) = (args.pos(), typed, args.has_keywords())
        && (one.is_instance_exact(&taipan_object::str::STR) || one.is_instance_exact(&int::INT))
    {
        return one.clone();
    }
    let mut parts = args.pos().to_vec();
    if args.has_keywords() {
        parts.push(mark.clone());
        for (name, value) in args.keywords() {
            parts.extend([name.to_value(), value.clone()]);
        }
    }
    if typed {
        parts.extend(args.pos().iter().map(|v| v.type_of().into_value()));
        parts.extend(args.keywords().map(|(_, v)| v.type_of().into_value()));
    }
    cx.tuple(parts).into_value()
}

fn call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let cache = payload(cx, this)?;
    let data = cache.get_mut(cx);
    let (function, mark, typed, maxsize, results) =
        (data.function.clone(), data.mark.clone(), data.typed, data.maxsize, data.results.clone());
    if maxsize == Some(0) {
        data.misses += 1;
        return ops::call_args(cx, &function, args);
    }
    let key = key_of(cx, &mark, typed, args);
    let hash = ops::hash(cx, &key)?;
    if let Some(found) = dict::get_with_hash(cx, &results, &key, hash)? {
        let data = cache.get_mut(cx);
        if maxsize.is_none() {
            data.hits += 1;
            return Ok(found);
        }
        let at = found.as_int().and_then(|i| i.to_i64()).map_or(END, |i| i as usize);
        if let Some(value) = data.links.get(at).map(|l| l.value.clone()) {
            data.hits += 1;
            data.unlink(at);
            data.push(at);
            return Ok(value);
        }
    }
    cache.get_mut(cx).misses += 1;
    let result = ops::call_args(cx, &function, args)?;
    match maxsize {
        None => {
            // The call may have cleared the cache, which takes another dictionary.
            let results = cache.get(cx).results.clone();
            dict::set_with_hash(cx, &results, key, hash, result.clone())?;
        }
        Some(most) => keep(cx, cache, most, key, hash, &result)?,
    }
    Ok(result)
}

/// Keeps a result in a bounded cache, in the oldest one's place where it is full.
fn keep(cx: &mut Cx, cache: &Obj<LruCache>, most: usize, key: Value, hash: i64, result: &Value) -> R<()> {
    let results = cache.get(cx).results.clone();
    if dict::get_with_hash(cx, &results, &key, hash)?.is_some() {
        // The call itself came here with the same arguments.
        return Ok(());
    }
    let link = Link { key: key.clone(), value: result.clone(), hash, older: END, newer: END };
    let data = cache.get_mut(cx);
    if data.links.len() < most {
        if data.links.try_reserve(1).is_err() {
            return Err(cx.memory_error());
        }
        let at = data.links.len();
        data.links.push(link);
        data.push(at);
        let place = cx.int(at as i64);
        return dict::set_with_hash(cx, &results, key, hash, place);
    }
    let oldest = data.oldest;
    let Some((old_key, old_hash)) = data.links.get(oldest).map(|l| (l.key.clone(), l.hash)) else {
        return Ok(());
    };
    if dict::remove_with_hash(cx, &results, &old_key, old_hash)?.is_none() {
        // Changed by a comparison of keys meanwhile: leave it at that.
        return Ok(());
    }
    let data = cache.get_mut(cx);
    data.unlink(oldest);
    let Some(slot) = data.links.get_mut(oldest) else { return Ok(()) };
    let old = std::mem::replace(slot, link);
    data.push(oldest);
    drop(old);
    let place = cx.int(oldest as i64);
    dict::set_with_hash(cx, &results, key, hash, place)
}

fn get(cx: &mut Cx, this: &Value, object: Option<&Value>, _owner: Option<&Value>) -> R {
    match object {
        Some(object) if !object.is_none() => {
            Ok(taipan_vm::function::method::new(cx, this.clone(), object.clone()))
        }
        _ => Ok(this.clone()),
    }
}

/// Report cache statistics
#[native("_lru_cache_wrapper.cache_info($self, /)")]
fn cache_info(cx: &mut Cx, this: &Value) -> R {
    let data = payload(cx, this)?.get(cx);
    let (hits, misses, maxsize, info) = (data.hits, data.misses, data.maxsize, data.info_type.clone());
    let results = data.results.clone();
    let size = dict::len(cx, &results);
    let maxsize = maxsize.map_or_else(Value::none, |m| cx.int(m as i64));
    let (hits, misses, size) = (cx.int(hits as i64), cx.int(misses as i64), cx.int(size as i64));
    ops::call(cx, &info, &[hits, misses, maxsize, size])
}

/// Clear the cache and cache statistics
#[native("_lru_cache_wrapper.cache_clear($self, /)")]
fn cache_clear(cx: &mut Cx, this: &Value) -> R<()> {
    let fresh = cx.new_dict();
    let data = payload(cx, this)?.get_mut(cx);
    data.hits = 0;
    data.misses = 0;
    data.oldest = END;
    data.newest = END;
    let old = (std::mem::take(&mut data.links), std::mem::replace(&mut data.results, fresh));
    drop(old);
    Ok(())
}

#[native("_lru_cache_wrapper.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Value) -> R {
    ops::getattr(cx, this, &names::__qualname__)
}

#[native("_lru_cache_wrapper.__copy__($self, /)", no_signature)]
fn copy(cx: &mut Cx, this: &Value) -> R {
    let _ = cx;
    Ok(this.clone())
}

#[native("_lru_cache_wrapper.__deepcopy__($self, memo, /)", no_signature)]
fn deepcopy(cx: &mut Cx, this: &Value, memo: &Value) -> R {
    let _ = (cx, memo);
    Ok(this.clone())
}
