//! `chain`, `product`, `permutations`, `combinations`, `combinations_with_replacement`, `zip_longest`.

use taipan_macros::{Trace, native, natives};
use taipan_object::{Args, Cx, Obj, R, Type, Value, int, ops};

use taipan_types::iterator_type;
use taipan_types::support::no_keywords_in_new;

/// The payload of `chain`.
#[derive(Trace)]
pub struct Chain {
    /// The iterator over the iterables; `None` at the end.
    source: Option<Value>,
    active: Option<Value>,
}

iterator_type!(
    Chain,
    CHAIN,
    "itertools.chain",
    chain_new,
    chain_next,
    natives![from_iterable, class_getitem],
    "chain(*iterables)\n--\n\nReturn a chain object whose .__next__() method returns elements from the\nfirst iterable until it is exhausted, then elements from the next\niterable, until all of the iterables are exhausted."
);

fn chain_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    no_keywords_in_new(cx, class, &CHAIN, args)?;
    let all = cx.tuple(args.pos().to_vec()).into_value();
    let source = ops::iter(cx, &all)?;
    Ok(cx.new_instance(class, Chain { source: Some(source), active: None }).into_value())
}

/// Alternative chain() constructor taking a single iterable argument that evaluates lazily.
#[native("chain.from_iterable($type, iterable, /)")]
fn from_iterable(cx: &mut Cx, class: &Value, iterable: &Value) -> R {
    let source = ops::iter(cx, iterable)?;
    let Some(class) = class.as_type() else { return Err(cx.system_error("not a type")) };
    Ok(cx.new_instance(class, Chain { source: Some(source), active: None }).into_value())
}

/// See PEP 585
#[native("chain.__class_getitem__($type, object, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    taipan_types::support::class_getitem(cx, class, object)
}

fn chain_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Chain>() else { return Ok(None) };
    loop {
        let Some(source) = object.get(cx).source.clone() else { return Ok(None) };
        let active = match object.get(cx).active.clone() {
            Some(active) => active,
            None => {
                let next = match ops::next(cx, &source) {
                    Ok(Some(iterable)) => ops::iter(cx, &iterable),
                    Ok(None) => {
                        let done = object.get_mut(cx).source.take();
                        drop(done);
                        return Ok(None);
                    }
                    Err(raised) => Err(raised),
                };
                match next {
                    Ok(active) => {
                        object.get_mut(cx).active = Some(active.clone());
                        active
                    }
                    Err(raised) => {
                        let done = object.get_mut(cx).source.take();
                        drop(done);
                        return Err(raised);
                    }
                }
            }
        };
        if let Some(item) = ops::next(cx, &active)? {
            return Ok(Some(item));
        }
        let done = object.get_mut(cx).active.take();
        drop(done);
        if cx.broken() {
            cx.handle_breaker()?;
        }
    }
}

/// The payload shared by the combinatoric iterators: pools, and the positions of the next result.
#[derive(Trace)]
pub struct Product {
    pools: Vec<Vec<Value>>,
    #[trace(skip)]
    indices: Option<Vec<usize>>,
    #[trace(skip)]
    started: bool,
}

iterator_type!(
    Product,
    PRODUCT,
    "itertools.product",
    product_new,
    product_next,
    &[],
    "product(*iterables, repeat=1)\n--\n\nCartesian product of input iterables.  Equivalent to nested for-loops.\n\nFor example, product(A, B) returns the same as:  ((x,y) for x in A for y in B).\nThe leftmost iterators are in the outermost for-loop, so the output tuples\ncycle in a manner similar to an odometer (with the rightmost element changing\non every iteration)."
);

fn product_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let mut repeat = 1;
    let given = args.keywords().count();
    if given > 1 {
        let message = format!("product() takes at most 1 keyword argument ({given} given)");
        return Err(cx.type_error(message));
    }
    for (name, value) in args.keywords() {
        if !name.eq_str("repeat") {
            let message =
                format!("product() got an unexpected keyword argument '{}'", name.to_string_lossy());
            return Err(cx.type_error(message));
        }
        repeat = int::index_i64(cx, value)?;
    }
    if repeat < 0 {
        return Err(cx.value_error("repeat argument cannot be negative"));
    }
    let mut base = Vec::new();
    if repeat > 0 {
        for iterable in args.pos() {
            base.push(ops::collect(cx, iterable)?);
        }
    }
    let total = base.len().checked_mul(repeat as usize).filter(|&t| t < 1 << 28);
    let Some(total) = total else { return Err(cx.overflow_error("repeat argument too large")) };
    let mut pools = Vec::new();
    if pools.try_reserve_exact(total).is_err() {
        return Err(cx.memory_error());
    }
    for i in 0..total {
        pools.push(base[i % base.len()].clone());
    }
    let indices = if pools.iter().any(Vec::is_empty) { None } else { Some(vec![0; pools.len()]) };
    Ok(cx.new_instance(class, Product { pools, indices, started: false }).into_value())
}

fn product_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Product>() else { return Ok(None) };
    let state = object.get_mut(cx);
    let Some(indices) = &mut state.indices else { return Ok(None) };
    if state.started {
        let mut place = indices.len();
        loop {
            let Some(p) = place.checked_sub(1) else {
                state.indices = None;
                return Ok(None);
            };
            place = p;
            indices[p] += 1;
            if indices[p] < state.pools[p].len() {
                break;
            }
            indices[p] = 0;
        }
    }
    state.started = true;
    let row: Vec<Value> = indices.iter().zip(&state.pools).map(|(&i, pool)| pool[i].clone()).collect();
    Ok(Some(cx.tuple(row).into_value()))
}

/// The payload of `permutations`.
#[derive(Trace)]
pub struct Permutations {
    pool: Vec<Value>,
    /// `None` at the end.
    #[trace(skip)]
    indices: Option<Vec<usize>>,
    #[trace(skip)]
    cycles: Vec<usize>,
    #[trace(skip)]
    started: bool,
}

iterator_type!(
    Permutations,
    PERMUTATIONS,
    "itertools.permutations",
    permutations__slot,
    permutations_next,
    &[],
    "permutations(iterable, r=None)\n--\n\nReturn successive r-length permutations of elements in the iterable.\n\npermutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)"
);

#[native("permutations(iterable, r=None)", constructor)]
fn permutations(cx: &mut Cx, class: &Obj<Type>, iterable: &Value, r: Option<&Value>) -> R {
    let pool = ops::collect(cx, iterable)?;
    let r = match r.filter(|r| !r.is_none()) {
        None => pool.len() as i64,
        Some(r) if r.as_int().is_none() => return Err(cx.type_error("Expected int as r")),
        Some(r) => int::index_i64(cx, r)?,
    };
    if r < 0 {
        return Err(cx.value_error("r must be non-negative"));
    }
    let (n, r) = (pool.len(), r as usize);
    let indices = if r > n { None } else { Some((0..n).collect()) };
    let cycles = (0..r.min(n)).map(|i| n - i).collect();
    Ok(cx.new_instance(class, Permutations { pool, indices, cycles, started: false }).into_value())
}

fn permutations_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Permutations>() else { return Ok(None) };
    let state = object.get_mut(cx);
    let Some(indices) = &mut state.indices else { return Ok(None) };
    let (n, r) = (indices.len(), state.cycles.len());
    if state.started {
        let mut i = r;
        loop {
            let Some(p) = i.checked_sub(1) else {
                state.indices = None;
                return Ok(None);
            };
            i = p;
            state.cycles[p] -= 1;
            if state.cycles[p] == 0 {
                indices[p..].rotate_left(1);
                state.cycles[p] = n - p;
            } else {
                let other = n - state.cycles[p];
                indices.swap(p, other);
                break;
            }
        }
    }
    state.started = true;
    let row: Vec<Value> = indices[..r].iter().map(|&i| state.pool[i].clone()).collect();
    Ok(Some(cx.tuple(row).into_value()))
}

macro_rules! combinations {
    ($payload:ident, $ty:ident, $name:literal, $short:literal, $sig:literal, $new:ident, $slot:ident, $next:ident, $repeats:literal, $doc:literal) => {
        #[doc = concat!("The payload of `", $short, "`.")]
        #[derive(Trace)]
        pub struct $payload {
            pool: Vec<Value>,
            #[trace(skip)]
            indices: Option<Vec<usize>>,
            #[trace(skip)]
            started: bool,
        }
        iterator_type!($payload, $ty, $name, $slot, $next, &[], $doc);

        #[native($sig, constructor)]
        fn $new(cx: &mut Cx, class: &Obj<Type>, iterable: &Value, r: i64) -> R {
            let pool = ops::collect(cx, iterable)?;
            if r < 0 {
                return Err(cx.value_error("r must be non-negative"));
            }
            if r as usize > pool.len() && r > 1 << 28 {
                return Err(cx.memory_error());
            }
            let r = r as usize;
            let indices = if $repeats {
                if pool.is_empty() && r > 0 { None } else { Some(vec![0; r]) }
            } else if r > pool.len() {
                None
            } else {
                Some((0..r).collect())
            };
            Ok(cx.new_instance(class, $payload { pool, indices, started: false }).into_value())
        }

        fn $next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
            let Some(object) = this.cast::<$payload>() else { return Ok(None) };
            let state = object.get_mut(cx);
            let Some(indices) = &mut state.indices else { return Ok(None) };
            let (n, r) = (state.pool.len(), indices.len());
            if state.started {
                let last = |i: usize| if $repeats { n - 1 } else { i + n - r };
                let Some(i) = (0..r).rev().find(|&i| indices[i] != last(i)) else {
                    state.indices = None;
                    return Ok(None);
                };
                let next = indices[i] + 1;
                for (k, slot) in indices[i..].iter_mut().enumerate() {
                    *slot = if $repeats { next } else { next + k };
                }
            }
            state.started = true;
            let row: Vec<Value> = indices.iter().map(|&i| state.pool[i].clone()).collect();
            Ok(Some(cx.tuple(row).into_value()))
        }
    };
}

combinations!(
    Combinations,
    COMBINATIONS,
    "itertools.combinations",
    "combinations",
    "combinations(iterable, r)",
    combinations,
    combinations__slot,
    combinations_next,
    false,
    "combinations(iterable, r)\n--\n\nReturn successive r-length combinations of elements in the iterable.\n\ncombinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)"
);
combinations!(
    CombinationsWithReplacement,
    COMBINATIONS_WITH_REPLACEMENT,
    "itertools.combinations_with_replacement",
    "combinations_with_replacement",
    "combinations_with_replacement(iterable, r)",
    replacement,
    replacement__slot,
    replacement_next,
    true,
    "combinations_with_replacement(iterable, r)\n--\n\nReturn successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.\n\ncombinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')"
);

/// The payload of `zip_longest`.
#[derive(Trace)]
pub struct ZipLongest {
    /// `None` for those that ended.
    iterators: Vec<Option<Value>>,
    fill: Value,
}

iterator_type!(
    ZipLongest,
    ZIP_LONGEST,
    "itertools.zip_longest",
    zip_longest_new,
    zip_longest_next,
    &[],
    "zip_longest(*iterables, fillvalue=None)\n--\n\nReturn a zip_longest object whose .__next__() method returns a tuple where\nthe i-th element comes from the i-th iterable argument.  The .__next__()\nmethod continues until the longest iterable in the argument sequence\nis exhausted and then it raises StopIteration.  When the shorter iterables\nare exhausted, the fillvalue is substituted in their place.  The fillvalue\ndefaults to None or can be specified by a keyword argument."
);

fn zip_longest_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let mut fill = Value::none();
    for (name, value) in args.keywords() {
        if !name.eq_str("fillvalue") {
            let message =
                format!("zip_longest() got an unexpected keyword argument '{}'", name.to_string_lossy());
            return Err(cx.type_error(message));
        }
        fill = value.clone();
    }
    let mut iterators = Vec::with_capacity(args.pos().len());
    for iterable in args.pos() {
        iterators.push(Some(ops::iter(cx, iterable)?));
    }
    Ok(cx.new_instance(class, ZipLongest { iterators, fill }).into_value())
}

fn zip_longest_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<ZipLongest>() else { return Ok(None) };
    let n = object.get(cx).iterators.len();
    let fill = object.get(cx).fill.clone();
    let mut row = Vec::with_capacity(n);
    let mut any = false;
    for i in 0..n {
        let item = match object.get(cx).iterators[i].clone() {
            Some(iterator) => ops::next(cx, &iterator)?,
            None => None,
        };
        match item {
            Some(item) => {
                any = true;
                row.push(item);
            }
            None => {
                let done = object.get_mut(cx).iterators[i].take();
                drop(done);
                row.push(fill.clone());
            }
        }
    }
    if any { Ok(Some(cx.tuple(row).into_value())) } else { Ok(None) }
}
