//! `_tuplegetter`: the descriptor behind the fields of a named tuple.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Args, Cx, MemberDef, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value, exc, int};

/// The payload: which item, and the doc.
#[derive(Trace)]
pub struct TupleGetter {
    #[trace(skip)]
    index: usize,
    doc: Value,
}

// SAFETY: instances of the type are `Obj<TupleGetter>`; the doc is traced.
unsafe impl Payload for TupleGetter {
    const TYPE: &'static Obj<Type> = &TUPLE_GETTER;
}

/// `_collections._tuplegetter`.
pub static TUPLE_GETTER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<TupleGetter>("_collections._tuplegetter")
        .base(&OBJECT)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(repr),
            descr_get: Some(get),
            descr_set: Some(set),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { methods: natives![reduce], members: MEMBERS, ..TypeDefs::NONE }),
);

fn new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    let [index, doc] = args.pos() else {
        return Err(cx.type_error(format!("_tuplegetter expected 2 arguments, got {}", args.pos().len())));
    };
    let index = int::index_i64(cx, index)?.max(0) as usize;
    Ok(cx.new_object(TupleGetter { index, doc: doc.clone() }).into_value())
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let Some(getter) = this.cast::<TupleGetter>() else { return Ok(Value::none()) };
    let state = getter.get(cx);
    let (index, doc) = (state.index, state.doc.clone());
    let doc = taipan_object::ops::repr(cx, &doc)?.to_string_lossy().into_owned();
    Ok(cx.str(&format!("_tuplegetter({index}, {doc})")))
}

fn get(cx: &mut Cx, this: &Value, obj: Option<&Value>, _ty: Option<&Value>) -> R {
    let (Some(getter), Some(obj)) = (this.cast::<TupleGetter>(), obj) else { return Ok(this.clone()) };
    let index = getter.get(cx).index;
    match obj.cast::<Tuple>() {
        Some(tuple) => match tuple.items().get(index) {
            Some(item) => Ok(item.clone()),
            None => Err(cx.index_error("tuple index out of range")),
        },
        None => {
            let message = format!(
                "descriptor for index '{index}' for tuple subclasses doesn't apply to '{}' object",
                obj.type_name(cx)
            );
            Err(cx.type_error(message))
        }
    }
}

fn set(cx: &mut Cx, _this: &Value, _obj: &Value, value: Option<&Value>) -> R<()> {
    let message = if value.is_some() { "can't set attribute" } else { "can't delete attribute" };
    Err(cx.raise(&exc::ATTRIBUTE_ERROR, message))
}

#[native("_tuplegetter.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Obj<TupleGetter>) -> R {
    let state = this.get(cx);
    let args = cx.tuple_value([cx.int(state.index as i64), state.doc.clone()]);
    Ok(cx.tuple_value([TUPLE_GETTER.to_value(), args]))
}

static MEMBERS: &[MemberDef] = &[MemberDef {
    name: "__doc__",
    doc: None,
    get: |cx, v| Ok(v.cast::<TupleGetter>().map_or_else(Value::none, |g| g.get(cx).doc.clone())),
    set: Some(|cx, v, value| {
        if let (Some(getter), Some(value)) = (v.cast::<TupleGetter>(), value) {
            let old = std::mem::replace(&mut getter.get_mut(cx).doc, value.clone());
            drop(old);
        }
        Ok(())
    }),
}];
