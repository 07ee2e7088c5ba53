//! Classes, instances and their dictionaries over ready built-in types, without a virtual machine.

use std::ptr::NonNull;

use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::typeobj::{ClassRequest, new_class, process_init};
use taipan_object::{Args, Cx, Handle, Interp, Obj, R, Runtime, Type, Value, dict, gc, ops, weakref};

fn refuse<T>(cx: &mut Cx) -> R<T> {
    Err(cx.system_error("not available in this test"))
}

fn runtime() -> Runtime {
    Runtime {
        handle_breaker: |cx| refuse(cx),
        import: |cx, _| refuse(cx),
        warn: |cx, _, _, _| refuse(cx),
        unraisable: |_, exception, message, _| panic!("{message}: {exception:?}"),
        audit: |_, _, _| Ok(()),
        current_globals: |_| None,
        handled_exception: |_| None,
        builtins: |_| Value::none(),
        decode: |cx, _, _, _| refuse(cx),
        encode: |cx, _, _, _| refuse(cx),
        sequence_iterator: |cx, _| refuse(cx),
        generic_alias: |cx, _, _| refuse(cx),
        union: |cx, _, _| refuse(cx),
        number_locale: |_| taipan_text::format_spec::Locale::default(),
        memoryview: |cx, _, _| refuse(cx),
        static_method: |cx, _| refuse(cx),
        class_method: |cx, _| refuse(cx),
        is_function: |_| false,
        is_module: |_| false,
        is_memoryview: |_| false,
        set_class_cell: |cx, _, _| refuse(cx),
        call_type: |cx, _, _| refuse(cx),
    }
}

fn with_cx(test: impl FnOnce(&mut Cx)) {
    process_init(runtime(), || {
        let mut types = taipan_types::Types::default();
        taipan_types::install(&mut types);
        types.into_list()
    });
    let mut interp = Interp::new(runtime());
    // SAFETY: the interpreter is used by this thread only and outlives the token.
    let mut cx = unsafe { Cx::new(NonNull::from(&mut *interp), 0, 1) };
    test(&mut cx);
}

fn class(cx: &mut Cx, name: &str, bases: &[Value]) -> Handle<Type> {
    let namespace = cx.new_dict();
    let module = cx.str("test");
    let key = cx.intern("__module__");
    dict::set_str(cx, &namespace, &key, module).unwrap();
    let name = cx.str(name);
    let request = ClassRequest { meta: &TYPE, name, bases, namespace: &namespace, keywords: Vec::new() };
    let made = new_class(cx, request).unwrap();
    made.as_type().unwrap().to_handle()
}

fn instance(cx: &mut Cx, class: &Obj<Type>) -> Value {
    ops::call_args(cx, &class.to_value(), Args::EMPTY).unwrap()
}

fn set(cx: &mut Cx, obj: &Value, name: &str, value: Value) {
    let name = cx.intern(name);
    ops::setattr(cx, obj, &name, &value).unwrap();
}

fn get(cx: &mut Cx, obj: &Value, name: &str) -> Option<Value> {
    let name = cx.intern(name);
    ops::getattr_opt(cx, obj, &name).unwrap()
}

fn repr(cx: &mut Cx, value: &Value) -> String {
    match ops::repr(cx, value) {
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(raised) => {
            let error = cx.take_raised(raised);
            panic!("{error:?}: {:?}", ops::str_of(cx, &error).map(|s| s.to_string_lossy().into_owned()));
        }
    }
}

#[test]
fn dictionaries_look_through_to_instances() {
    with_cx(|cx| {
        let c = class(cx, "C", &[OBJECT.to_value()]);
        for attributes in [3, 40, 100] {
            let obj = instance(cx, &c);
            let view = get(cx, &obj, "__dict__").unwrap();
            for i in 0..attributes {
                let value = cx.str(&i.to_string());
                set(cx, &obj, &format!("a{i}"), value);
            }
            let d = view.as_dict().unwrap();
            assert_eq!(dict::len(cx, d), attributes);
            assert!(get(cx, &obj, "__dict__").unwrap().is(&view));
            // Changes go both ways.
            let key = cx.intern("a1");
            let value = cx.str("new");
            dict::set_str(cx, d, &key, value.clone()).unwrap();
            assert!(get(cx, &obj, "a1").unwrap().is(&value));
            let (added, last) = (cx.intern("zz"), cx.str("last"));
            dict::set_str(cx, d, &added, last.clone()).unwrap();
            assert!(get(cx, &obj, "zz").unwrap().is(&last));
            assert!(dict::pop_last(cx, d).unwrap().is_some_and(|(_, v)| v.is(&last)));
            assert!(get(cx, &obj, "zz").is_none());
            // A deletion in the middle ends the shape.
            assert!(dict::remove_str(cx, d, &key).unwrap().is_some());
            assert!(get(cx, &obj, "a1").is_none());
            set(cx, &obj, "a1", last.clone());
            let order: Vec<String> =
                dict::keys(cx, d).iter().map(|k| k.as_str().unwrap().to_string_lossy().into()).collect();
            assert_eq!(order.last().map(String::as_str), Some("a1"));
            assert_eq!(order.len(), attributes);
            // The dictionary outlives the instance.
            drop(obj);
            assert_eq!(dict::len(cx, d), attributes);
        }
        // A view that is still one when the instance ends.
        let obj = instance(cx, &c);
        let text = cx.str("kept");
        set(cx, &obj, "x", text);
        let view = get(cx, &obj, "__dict__").unwrap();
        drop(obj);
        assert_eq!(repr_keys(cx, &view), ["x"]);
    });
}

fn repr_keys(cx: &mut Cx, view: &Value) -> Vec<String> {
    let d = view.as_dict().unwrap();
    dict::keys(cx, d).iter().map(|k| k.as_str().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn instances_in_cycles_are_collected() {
    with_cx(|cx| {
        let c = class(cx, "C", &[OBJECT.to_value()]);
        // The shape keeps the attribute's name.
        let first = instance(cx, &c);
        set(cx, &first, "other", Value::none());
        drop(first);
        gc::collect(cx).unwrap();
        let before = cx.interp().heap_stats().live;
        for with_view in [false, true] {
            let a = instance(cx, &c);
            let b = instance(cx, &c);
            set(cx, &a, "other", b.clone());
            set(cx, &b, "other", a.clone());
            let view = with_view.then(|| get(cx, &a, "__dict__").unwrap());
            let weak = weakref::new_ref(cx, &weakref::REFERENCE_TYPE, &b, None).unwrap();
            drop((a, b));
            if let Some(view) = view {
                // Who holds the dictionary holds what is in it.
                gc::collect(cx).unwrap();
                assert!(weakref::referent(cx, &weak).is_some());
                drop(view);
            }
            gc::collect(cx).unwrap();
            assert!(weakref::referent(cx, &weak).is_none());
            drop(weak);
            assert_eq!(cx.interp().heap_stats().live, before);
        }
        // A class refers to itself; it goes with its instances.
        let d = class(cx, "D", &[c.clone().into_value()]);
        let obj = instance(cx, &d);
        set(cx, &obj, "me", obj.clone());
        let weak = weakref::new_ref(cx, &weakref::REFERENCE_TYPE, d.as_value(), None).unwrap();
        drop((d, obj));
        gc::collect(cx).unwrap();
        assert!(weakref::referent(cx, &weak).is_none());
    });
}

#[test]
fn containers_show_themselves() {
    with_cx(|cx| {
        let d = cx.new_dict();
        let key = cx.intern("k");
        dict::set_str(cx, &d, &key, d.as_value().clone()).unwrap();
        let none = Value::none();
        dict::set(cx, &d, none, Value::none()).unwrap();
        let shown = repr(cx, d.as_value());
        assert!(shown.contains(": {...}, None: "), "{shown}");
        let keys = {
            let name = cx.intern("items");
            ops::call_method(cx, d.as_value(), &name, &[])
        }
        .unwrap();
        assert!(repr(cx, &keys).starts_with("dict_items(["));
        let set = taipan_types::set::new_frozenset(cx, [Value::none()]).unwrap();
        assert_eq!(repr(cx, &set), "frozenset({None})");
        let other = taipan_types::set::new_frozenset(cx, [Value::none()]).unwrap();
        assert!(ops::equal(cx, &set, &other).unwrap());
        assert_eq!(ops::hash(cx, &set).unwrap(), ops::hash(cx, &other).unwrap());
        let proxy = taipan_types::mappingproxy::new_proxy(cx, d.as_value().clone());
        assert!(repr(cx, &proxy).starts_with("mappingproxy({"));
        let ns = taipan_types::namespace::new(cx, &[("a", Value::none())]).unwrap();
        assert_eq!(repr(cx, &ns), "namespace(a=None)");
    });
}

/// Calls a method and shows the result, or the exception's text.
fn shown(cx: &mut Cx, value: &Value, name: &str, args: &[Value]) -> String {
    let name = cx.intern(name);
    match ops::call_method(cx, value, &name, args) {
        Ok(value) => repr(cx, &value),
        Err(raised) => {
            let error = cx.take_raised(raised);
            ops::str_of(cx, &error).map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
        }
    }
}

#[test]
fn strings_of_all_widths() {
    with_cx(|cx| {
        let words = cx.str("  Ab ǅ\u{1F600}\tstraße ΑΣ ");
        assert_eq!(shown(cx, &words, "split", &[]), "['Ab', 'ǅ😀', 'straße', 'ΑΣ']");
        assert_eq!(shown(cx, &words, "upper", &[]), "'  AB Ǆ😀\\tSTRASSE ΑΣ '");
        assert_eq!(shown(cx, &words, "lower", &[]), "'  ab ǆ😀\\tstraße ας '");
        let (e, sharp) = (cx.str("e"), cx.str("ß"));
        let replaced = shown(cx, &words, "replace", &[sharp.clone(), e]);
        assert_eq!(replaced, "'  Ab ǅ😀\\tstraee ΑΣ '");
        assert_eq!(shown(cx, &words, "find", &[sharp]), "12");
        let format = cx.str("{0.__class__.__name__!r:>8}|{:{}}|{{");
        let arg = cx.str("x");
        let width = cx.int(4);
        let manual = shown(cx, &format, "format", &[arg.clone(), width.clone()]);
        assert_eq!(manual, "cannot switch from manual field specification to automatic field numbering");
        let format = cx.str("{:{}}|{{");
        assert_eq!(shown(cx, &format, "format", &[arg, width]), "'x   |{'");
        let format = cx.str("%(a)5.1f|%%|%(b)-4s|%(a)d");
        let d = cx.new_dict();
        let (a, b) = (cx.intern("a"), cx.intern("b"));
        let value = cx.float(2.25);
        dict::set_str(cx, &d, &a, value).unwrap();
        let value = cx.str("é");
        dict::set_str(cx, &d, &b, value).unwrap();
        assert_eq!(shown(cx, &format, "__mod__", &[d.into_value()]), "'  2.2|%|é   |2'");
    });
}
