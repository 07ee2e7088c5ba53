//! `cell`: a variable shared between functions.

use taipan_object::native::GetSetDef;
use taipan_object::object::Trace;
use taipan_object::{Args, CompareOp, Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value, ops};

/// The payload: the variable's value, absent while unbound.
#[repr(C)]
pub struct Cell {
    pub content: Option<Value>,
}

impl Trace for Cell {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.content.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend(self.content.take());
    }
}

// SAFETY: `CELL` cannot be subclassed.
unsafe impl Payload for Cell {
    const TYPE: &'static Obj<Type> = &CELL;
}

/// `types.CellType`.
pub static CELL: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<Cell>("cell")
        .base(&taipan_object::ty::OBJECT)
        .with_slots(Slots { repr: Some(repr), compare: Some(compare), new: Some(new_slot), ..Slots::EMPTY })
        .defs(&DEFS)
        .doc("Create a new cell object."),
);

pub fn new(cx: &mut Cx, content: Option<Value>) -> Value {
    cx.new_object(Cell { content }).into_value()
}

fn new_slot(cx: &mut Cx, _ty: &Obj<Type>, args: Args<'_>) -> R {
    if args.has_keywords() || args.pos().len() > 1 {
        return Err(cx.type_error(format!("cell expected at most 1 argument, got {}", args.values().len())));
    }
    Ok(new(cx, args.pos().first().cloned()))
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let content = value.cast::<Cell>().and_then(|c| c.get(cx).content.clone());
    let text = match content {
        None => format!("<cell at {:#x}: empty>", value.id()),
        Some(v) => format!("<cell at {:#x}: {} object at {:#x}>", value.id(), v.type_name(cx), v.id()),
    };
    Ok(cx.str(&text))
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Cell>(), b.cast::<Cell>()) else {
        return Ok(Value::not_implemented());
    };
    match (x.get(cx).content.clone(), y.get(cx).content.clone()) {
        (Some(x), Some(y)) => ops::compare(cx, &x, &y, op),
        (x, y) => Ok(Value::bool(op.holds(x.is_some().cmp(&y.is_some())))),
    }
}

fn get_contents(cx: &mut Cx, value: &Value) -> R {
    match value.cast::<Cell>().and_then(|c| c.get(cx).content.clone()) {
        Some(v) => Ok(v),
        None => Err(cx.value_error("cell is empty")),
    }
}

fn set_contents(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    if let Some(c) = value.cast::<Cell>() {
        let old = std::mem::replace(&mut c.get_mut(cx).content, new.cloned());
        drop(old);
    }
    Ok(())
}

static DEFS: TypeDefs = TypeDefs {
    methods: &[],
    getset: &[GetSetDef {
        name: "cell_contents",
        doc: None,
        get: Some(get_contents),
        set: Some(set_contents),
    }],
    members: &[],
    extra: None,
};
