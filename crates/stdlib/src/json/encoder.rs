//! `make_encoder`: from values to JSON text.

use taipan_macros::{Trace, native};
use taipan_object::native::MemberDef;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, IntRef, Obj, Payload, R, Raised, Slots, Tuple, Type, TypeDefs, Value, dict, ops,
};
use taipan_types::list::{self, List, new_list};
use taipan_types::support::TextBuilder;

use super::text::quoted;

/// How strings are encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Plain,
    Ascii,
    /// By a function of the program.
    Custom,
}

/// What the encoder was made with.
#[derive(Trace)]
pub struct Encoder {
    markers: Value,
    default: Value,
    encoder: Value,
    indent: Value,
    key_separator: Value,
    item_separator: Value,
    #[trace(skip)]
    quoting: Quoting,
    #[trace(skip)]
    sort_keys: bool,
    #[trace(skip)]
    skipkeys: bool,
    #[trace(skip)]
    allow_nan: bool,
}

// SAFETY: instances of the type begin with this payload; all values are traced.
unsafe impl Payload for Encoder {
    const TYPE: &'static Obj<Type> = &ENCODER;
}

const fn member(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> MemberDef {
    MemberDef { name, doc: Some(name), get, set: None }
}

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Encoder>> {
    match value.cast::<Encoder>() {
        Some(encoder) => Ok(encoder),
        None => Err(cx.type_error("a '_json.Encoder' object is required")),
    }
}

/// `_json.Encoder`.
pub static ENCODER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Encoder>("_json.Encoder")
        .base(&OBJECT)
        .with_slots(Slots {
            new: Some(|cx, _, args| (make_encoder__def.call)(cx, args)),
            call: Some(call),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            members: &[
                member("markers", |cx, v| Ok(this(cx, v)?.get(cx).markers.clone())),
                member("default", |cx, v| Ok(this(cx, v)?.get(cx).default.clone())),
                member("encoder", |cx, v| Ok(this(cx, v)?.get(cx).encoder.clone())),
                member("indent", |cx, v| Ok(this(cx, v)?.get(cx).indent.clone())),
                member("key_separator", |cx, v| Ok(this(cx, v)?.get(cx).key_separator.clone())),
                member("item_separator", |cx, v| Ok(this(cx, v)?.get(cx).item_separator.clone())),
                member("sort_keys", |cx, v| Ok(Value::bool(this(cx, v)?.get(cx).sort_keys))),
                member("skipkeys", |cx, v| Ok(Value::bool(this(cx, v)?.get(cx).skipkeys))),
            ],
            ..TypeDefs::NONE
        })
        .doc(
            "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
        ),
);

#[native(
    "make_encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)"
)]
fn make_encoder(
    cx: &mut Cx,
    markers: &Value,
    default: &Value,
    encoder: &Value,
    indent: &Value,
    key_separator: &Value,
    item_separator: &Value,
    sort_keys: bool,
    skipkeys: bool,
    allow_nan: bool,
) -> R {
    for (place, value) in [(5, key_separator), (6, item_separator)] {
        if value.as_str().is_none() {
            let message = format!("make_encoder() argument {place} must be str, not {}", value.type_name(cx));
            return Err(cx.type_error(message));
        }
    }
    if !markers.is_none() && markers.as_dict().is_none() {
        let message =
            format!("make_encoder() argument 1 must be dict or None, not {}", markers.type_name(cx));
        return Err(cx.type_error(message));
    }
    let import = cx.interp().runtime.import;
    let module = import(cx, "_json")?;
    let plain = ops::getattr_str(cx, &module, "encode_basestring")?;
    let ascii = ops::getattr_str(cx, &module, "encode_basestring_ascii")?;
    let quoting = match encoder {
        e if e.is(&ascii) => Quoting::Ascii,
        e if e.is(&plain) => Quoting::Plain,
        _ => Quoting::Custom,
    };
    let made = Encoder {
        markers: markers.clone(),
        default: default.clone(),
        encoder: encoder.clone(),
        indent: indent.clone(),
        key_separator: key_separator.clone(),
        item_separator: item_separator.clone(),
        quoting,
        sort_keys,
        skipkeys,
        allow_nan,
    };
    Ok(cx.new_object(made).into_value())
}

fn call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let mut values = vec![this.clone()];
    values.extend_from_slice(args.values());
    (encode__def.call)(cx, Args::new(&values, args.names()))
}

#[native("_iterencode($self, obj, _current_indent_level)")]
fn encode(cx: &mut Cx, this: &Obj<Encoder>, obj: &Value, _current_indent_level: i64) -> R {
    let state = this.get(cx);
    let mut run = Run {
        markers: Some(state.markers.clone()).filter(|m| !m.is_none()),
        default: state.default.clone(),
        encoder: state.encoder.clone(),
        indent: Some(state.indent.clone()).filter(|i| !i.is_none()),
        key_separator: state.key_separator.clone(),
        item_separator: state.item_separator.clone(),
        quoting: state.quoting,
        sort_keys: state.sort_keys,
        skipkeys: state.skipkeys,
        allow_nan: state.allow_nan,
        out: TextBuilder::default(),
    };
    run.value(cx, obj, usize::try_from(_current_indent_level).unwrap_or(0))?;
    let text = run.out.finish(cx).into_value();
    Ok(cx.tuple_value([text]))
}

/// One run of an encoder.
struct Run {
    markers: Option<Value>,
    default: Value,
    encoder: Value,
    indent: Option<Value>,
    key_separator: Value,
    item_separator: Value,
    quoting: Quoting,
    sort_keys: bool,
    skipkeys: bool,
    allow_nan: bool,
    out: TextBuilder,
}

/// Adds a note to the exception under way.
#[cold]
fn noted(cx: &mut Cx, raised: Raised, note: impl FnOnce(&mut Cx) -> R<String>) -> Raised {
    let exception = cx.take_raised(raised);
    let added = note(cx).and_then(|note| {
        let (name, note) = (cx.intern("add_note"), cx.str(&note));
        ops::call_method(cx, &exception, &name, &[note])
    });
    match added {
        Ok(_) => cx.raise_value(exception),
        Err(raised) => raised,
    }
}

impl Run {
    fn push_value(&mut self, text: &Value) {
        if let Some(text) = text.as_str() {
            self.out.push_str(text);
        }
    }

    fn string(&mut self, cx: &mut Cx, value: &Value) -> R<()> {
        let text = match (self.quoting, value.as_str()) {
            (Quoting::Ascii, Some(text)) => quoted(cx, text, true),
            (Quoting::Plain, Some(text)) => quoted(cx, text, false),
            _ => {
                let encoder = self.encoder.clone();
                let text = ops::call(cx, &encoder, std::slice::from_ref(value))?;
                if text.as_str().is_none() {
                    let message = format!("encoder() must return a string, not {}", text.type_name(cx));
                    return Err(cx.type_error(message));
                }
                text
            }
        };
        self.push_value(&text);
        Ok(())
    }

    /// The text of a constant or number; `None` for other values.
    fn scalar(&self, cx: &mut Cx, value: &Value) -> R<Option<String>> {
        if value.is_none() {
            return Ok(Some("null".to_owned()));
        }
        if let Some(b) = value.as_bool() {
            return Ok(Some(if b { "true" } else { "false" }.to_owned()));
        }
        match value.as_int() {
            Some(IntRef::Small(i)) => return Ok(Some(i.to_string())),
            Some(big) => {
                let exact = cx.int_from_big(big.to_big().into_owned());
                return Ok(Some(ops::repr(cx, &exact)?.to_string_lossy().into_owned()));
            }
            None => {}
        }
        let Some(f) = value.as_float() else { return Ok(None) };
        if f.is_finite() {
            return Ok(Some(taipan_text::number::format::repr(f)));
        }
        if !self.allow_nan {
            let shown = ops::repr(cx, value)?.to_string_lossy().into_owned();
            return Err(cx.value_error(format!("Out of range float values are not JSON compliant: {shown}")));
        }
        let text = match f {
            f if f.is_nan() => "NaN",
            f if f > 0.0 => "Infinity",
            _ => "-Infinity",
        };
        Ok(Some(text.to_owned()))
    }

    fn value(&mut self, cx: &mut Cx, value: &Value, level: usize) -> R<()> {
        if value.as_str().is_some() {
            return self.string(cx, value);
        }
        if let Some(text) = self.scalar(cx, value)? {
            self.out.push(&text);
            return Ok(());
        }
        cx.check_native_stack(" while encoding a JSON object")?;
        if value.cast::<List>().is_some() || value.cast::<Tuple>().is_some() {
            return self.list(cx, value, level);
        }
        if value.as_dict().is_some() {
            return self.dict(cx, value, level);
        }
        let marker = self.enter(cx, value)?;
        let default = self.default.clone();
        let replaced = ops::call(cx, &default, std::slice::from_ref(value))?;
        if let Err(raised) = self.value(cx, &replaced, level) {
            let name = value.type_name(cx).to_string();
            return Err(noted(cx, raised, |_| Ok(format!("when serializing {name} object"))));
        }
        self.leave(cx, marker)
    }

    /// Marks a container as being encoded. ValueError where it is already.
    fn enter(&mut self, cx: &mut Cx, value: &Value) -> R<Option<Value>> {
        let Some(markers) = self.markers.clone() else { return Ok(None) };
        let Some(markers) = markers.as_dict() else { return Ok(None) };
        let id = cx.int_from_u64(value.id());
        if dict::contains(cx, markers, &id)? {
            return Err(cx.value_error("Circular reference detected"));
        }
        dict::set(cx, markers, id.clone(), value.clone())?;
        Ok(Some(id))
    }

    fn leave(&mut self, cx: &mut Cx, marker: Option<Value>) -> R<()> {
        if let Some((id, markers)) = marker.zip(self.markers.clone())
            && let Some(markers) = markers.as_dict()
        {
            dict::remove(cx, markers, &id)?;
        }
        Ok(())
    }

    fn new_line(&mut self, level: usize) {
        if let Some(indent) = self.indent.clone() {
            self.out.push("\n");
            for _ in 0..level {
                self.push_value(&indent);
            }
        }
    }

    fn separator(&mut self, level: usize) {
        let separator = self.item_separator.clone();
        self.push_value(&separator);
        self.new_line(level);
    }

    fn list(&mut self, cx: &mut Cx, list: &Value, level: usize) -> R<()> {
        // The program's functions may change a list meanwhile.
        let item = |cx: &Cx, i: usize| match list.cast::<Tuple>() {
            Some(tuple) => tuple.items().get(i).cloned(),
            None => list.cast::<List>().and_then(|l| l.get(cx).items.get(i).cloned()),
        };
        if item(cx, 0).is_none() {
            self.out.push("[]");
            return Ok(());
        }
        let marker = self.enter(cx, list)?;
        self.out.push("[");
        self.new_line(level + 1);
        let mut i = 0;
        while let Some(value) = item(cx, i) {
            if i > 0 {
                self.separator(level + 1);
            }
            if let Err(raised) = self.value(cx, &value, level + 1) {
                let name = list.type_name(cx).to_string();
                return Err(noted(cx, raised, |_| Ok(format!("when serializing {name} item {i}"))));
            }
            i += 1;
        }
        self.leave(cx, marker)?;
        self.new_line(level);
        self.out.push("]");
        Ok(())
    }

    /// Key and value pairs, sorted where wanted.
    fn items(&self, cx: &mut Cx, mapping: &Value) -> R<Vec<(Value, Value)>> {
        let exact = mapping.as_dict().filter(|_| mapping.is_instance_exact(&dict::DICT));
        if let Some(exact) = exact
            && !self.sort_keys
        {
            return Ok(dict::items(cx, exact));
        }
        let name = cx.intern("items");
        let view = ops::call_method(cx, mapping, &name, &[])?;
        let items = ops::collect(cx, &view)?;
        let sorted = new_list(cx, items);
        if self.sort_keys {
            list::sort_list(cx, &sorted, None, false)?;
        }
        let items = sorted.get(cx).items.clone();
        let mut pairs = Vec::with_capacity(items.len());
        for item in &items {
            match item.cast::<Tuple>().map(|t| t.items()) {
                Some([key, value]) => pairs.push((key.clone(), value.clone())),
                _ => return Err(cx.value_error("items must return 2-tuples")),
            }
        }
        Ok(pairs)
    }

    fn dict(&mut self, cx: &mut Cx, mapping: &Value, level: usize) -> R<()> {
        if ops::len(cx, mapping)? == 0 {
            self.out.push("{}");
            return Ok(());
        }
        let marker = self.enter(cx, mapping)?;
        self.out.push("{");
        let mut first = true;
        for (key, value) in self.items(cx, mapping)? {
            let text = match (key.as_str(), self.scalar(cx, &key)?) {
                (Some(_), _) => key.clone(),
                (None, Some(text)) => cx.str(&text),
                (None, None) if self.skipkeys => continue,
                (None, None) => {
                    let message =
                        format!("keys must be str, int, float, bool or None, not {}", key.type_name(cx));
                    return Err(cx.type_error(message));
                }
            };
            if std::mem::take(&mut first) {
                self.new_line(level + 1);
            } else {
                self.separator(level + 1);
            }
            self.string(cx, &text)?;
            let separator = self.key_separator.clone();
            self.push_value(&separator);
            if let Err(raised) = self.value(cx, &value, level + 1) {
                let name = mapping.type_name(cx).to_string();
                return Err(noted(cx, raised, |cx| {
                    let key = ops::repr(cx, &key)?.to_string_lossy().into_owned();
                    Ok(format!("when serializing {name} item {key}"))
                }));
            }
        }
        self.leave(cx, marker)?;
        if !first {
            self.new_line(level);
        }
        self.out.push("}");
        Ok(())
    }
}
