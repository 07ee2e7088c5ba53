//! What the verifier must refuse, and what it says.

use taipan_bytecode::exctable::{self, ExceptionEntry};
use taipan_bytecode::verify::{Role, stack_maps, verify};
use taipan_bytecode::{CodeFlags, CodeObject, Constant, Name, Opcode, code::kinds};

/// Code with locals `a` (a parameter) and `b`, a cell `c`, a free variable `d`; caches are added.
fn code(list: &[(Opcode, u8)]) -> CodeObject {
    let mut bytes = Vec::new();
    for (op, arg) in list {
        bytes.extend([op.byte().unwrap(), *arg]);
        bytes.extend(std::iter::repeat_n(0, op.caches() * 2));
    }
    CodeObject {
        argcount: 1,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        stacksize: 4,
        flags: CodeFlags::OPTIMIZED | CodeFlags::NEWLOCALS,
        code: bytes.into(),
        consts: Box::new([Constant::None]),
        names: Box::new([Name::from("x")]),
        localsplusnames: ["a", "b", "c", "d"].map(Name::from).into(),
        localspluskinds: Box::new([kinds::LOCAL | 6, kinds::LOCAL, kinds::CELL, kinds::FREE]),
        filename: Name::from("f"),
        name: Name::from("f"),
        qualname: Name::from("f"),
        firstlineno: 1,
        linetable: Box::new([]),
        exceptiontable: Box::new([]),
    }
}

fn says(list: &[(Opcode, u8)]) -> &'static str {
    match verify(&code(list)) {
        Ok(_) => "",
        Err(error) => error.message,
    }
}

use Opcode::*;

const END: [(Opcode, u8); 2] = [(LOAD_CONST, 0), (RETURN_VALUE, 0)];

fn before_end(list: &[(Opcode, u8)]) -> &'static str {
    says(&[list, &END].concat())
}

#[test]
fn operands_and_opcodes() {
    assert_eq!(before_end(&[]), "");
    assert_eq!(says(&[]), "co_code has a bad length");
    assert_eq!(says(&[(LOAD_CONST, 1), (RETURN_VALUE, 0)]), "no such constant");
    assert_eq!(before_end(&[(LOAD_FAST, 4), (POP_TOP, 0)]), "no such local");
    assert_eq!(before_end(&[(LOAD_NAME, 1), (POP_TOP, 0)]), "no such name");
    assert_eq!(before_end(&[(LOAD_GLOBAL, 2), (POP_TOP, 0)]), "no such name");
    assert_eq!(before_end(&[(CACHE, 0)]), "internal opcode");
    assert_eq!(before_end(&[(INSTRUMENTED_LINE, 0)]), "instrumented opcode");
    assert_eq!(before_end(&[(ENTER_EXECUTOR, 0)]), "instrumented opcode");
    assert_eq!(before_end(&[(COPY_FREE_VARS, 2)]), "operand out of range");
    assert_eq!(says(&[(EXTENDED_ARG, 1), (RETURN_VALUE, 0)]), "stack underflow");
    assert_eq!(says(&[(EXTENDED_ARG, 1)]), "code ends inside an instruction");
    let specialised = CodeObject { code: Box::new([130, 0]), ..code(&END) };
    assert_eq!(verify(&specialised).unwrap_err().message, "unknown or specialised opcode");
    assert_eq!(before_end(&[(EXTENDED_ARG, 0); 4]), "operand of more than four bytes");
    let truncated = CodeObject { code: Box::new([TO_BOOL as u8, 0, 0, 0]), ..code(&END) };
    assert_eq!(verify(&truncated).unwrap_err().message, "code ends inside inline caches");
}

#[test]
fn control() {
    assert_eq!(says(&[(NOP, 0)]), "control runs past the end");
    assert_eq!(before_end(&[(JUMP_FORWARD, 9)]), "jump to where no instruction starts");
    assert_eq!(before_end(&[(JUMP_BACKWARD_NO_INTERRUPT, 9)]), "jump to where no instruction starts");
    // Into the caches of TO_BOOL.
    let into_cache = [(LOAD_FAST, 0), (JUMP_FORWARD, 1), (TO_BOOL, 0), (RETURN_VALUE, 0)];
    assert_eq!(says(&into_cache), "jump to where no instruction starts");
    // Past the prefix of an instruction.
    let past_prefix = [(JUMP_FORWARD, 1), (EXTENDED_ARG, 1), (LOAD_CONST, 0), (RETURN_VALUE, 0)];
    assert_eq!(says(&past_prefix), "no such constant");
    let past_prefix = [(JUMP_FORWARD, 1), (EXTENDED_ARG, 0), (LOAD_CONST, 0), (RETURN_VALUE, 0)];
    assert_eq!(says(&past_prefix), "jump to where no instruction starts");
    let endless = [(JUMP_BACKWARD_NO_INTERRUPT, 1)];
    assert_eq!(says(&endless), "");
    assert_eq!(
        before_end(&[(LOAD_FAST, 0), (GET_ITER, 0), (FOR_ITER, 0), (POP_TOP, 0)]),
        "FOR_ITER does not jump to END_FOR"
    );
}

#[test]
fn stack() {
    assert_eq!(says(&[(RETURN_VALUE, 0)]), "stack underflow");
    assert_eq!(before_end(&[(LOAD_CONST, 0); 4]), "stack deeper than co_stacksize");
    assert_eq!(before_end(&[(LOAD_CONST, 0), (UNPACK_SEQUENCE, 255)]), "stack deeper than co_stacksize");
    assert_eq!(before_end(&[(LOAD_CONST, 0)]), "return with items left on the stack");
    assert_eq!(says(&[(PUSH_NULL, 0), (RETURN_VALUE, 0)]), "NULL where an object is needed");
    assert_eq!(before_end(&[(PUSH_NULL, 0), (POP_TOP, 0)]), "");
    assert_eq!(says(&[(LOAD_CONST, 0), (PUSH_NULL, 0), (CALL, 0), (RETURN_VALUE, 0)]), "");
    assert_eq!(
        says(&[(PUSH_NULL, 0), (LOAD_CONST, 0), (CALL, 0), (RETURN_VALUE, 0)]),
        "NULL where an object is needed"
    );
    assert_eq!(
        before_end(&[(PUSH_NULL, 0), (COPY, 1), (POP_TOP, 0), (POP_TOP, 0)]),
        "NULL where an object is needed"
    );
    assert_eq!(before_end(&[(LOAD_CONST, 0), (LIST_APPEND, 1)]), "stack underflow");
    let uneven = [(LOAD_FAST, 0), (POP_JUMP_IF_NONE, 1), (LOAD_CONST, 0), (LOAD_CONST, 0), (RETURN_VALUE, 0)];
    assert_eq!(says(&uneven), "paths meet with different stack depths");
    let growing = [(LOAD_CONST, 0), (JUMP_BACKWARD_NO_INTERRUPT, 2)];
    assert_eq!(says(&growing), "paths meet with different stack depths");
}

#[test]
fn locals_and_cells() {
    let unbound = "unchecked load of a local that may be unbound";
    assert_eq!(before_end(&[(LOAD_FAST, 0), (POP_TOP, 0)]), "");
    assert_eq!(before_end(&[(LOAD_FAST, 1), (POP_TOP, 0)]), unbound);
    assert_eq!(before_end(&[(LOAD_FAST_CHECK, 1), (POP_TOP, 0), (LOAD_FAST, 1), (POP_TOP, 0)]), "");
    assert_eq!(before_end(&[(DELETE_FAST, 0), (LOAD_FAST_BORROW, 0), (POP_TOP, 0)]), unbound);
    assert_eq!(
        before_end(&[(LOAD_FAST_AND_CLEAR, 1), (STORE_FAST, 0), (LOAD_FAST, 0), (POP_TOP, 0)]),
        unbound
    );
    assert_eq!(before_end(&[(LOAD_FAST_AND_CLEAR, 0), (UNARY_NOT, 0), (POP_TOP, 0)]), "");
    // Bound on one of two paths only.
    let one_path = [
        (LOAD_FAST, 0),
        (POP_JUMP_IF_NONE, 2),
        (LOAD_CONST, 0),
        (STORE_FAST, 1),
        (LOAD_FAST, 1),
        (POP_TOP, 0),
    ];
    assert_eq!(before_end(&one_path), unbound);
    let no_cell = "access to a cell where there may be none";
    assert_eq!(before_end(&[(LOAD_DEREF, 2), (POP_TOP, 0)]), no_cell);
    assert_eq!(before_end(&[(MAKE_CELL, 2), (LOAD_DEREF, 2), (POP_TOP, 0)]), "");
    assert_eq!(before_end(&[(DELETE_DEREF, 3)]), no_cell);
    assert_eq!(before_end(&[(COPY_FREE_VARS, 1), (DELETE_DEREF, 3)]), "");
    assert_eq!(before_end(&[(LOAD_CONST, 0), (STORE_DEREF, 0)]), no_cell);
    assert_eq!(
        before_end(&[(MAKE_CELL, 2), (LOAD_FAST, 0), (STORE_FAST, 2), (LOAD_DEREF, 2), (POP_TOP, 0)]),
        no_cell
    );
}

#[test]
fn borrows() {
    let changed = "local changed while the stack holds a borrow of it";
    let store = [(LOAD_CONST, 0), (STORE_FAST, 0)];
    for middle in
        [&store[..], &[(DELETE_FAST, 0)], &[(MAKE_CELL, 0)], &[(LOAD_FAST_AND_CLEAR, 0), (POP_TOP, 0)]]
    {
        let list = [&[(LOAD_FAST_BORROW, 0)], middle, &[(RETURN_VALUE, 0)]].concat();
        assert_eq!(says(&list), changed, "{list:?}");
    }
    assert_eq!(says(&[&[(LOAD_FAST, 0)], &store[..], &[(RETURN_VALUE, 0)]].concat()), "");
    assert_eq!(
        says(&[&[(LOAD_FAST_BORROW, 0), (TO_BOOL, 0)], &store[..], &[(RETURN_VALUE, 0)]].concat()),
        ""
    );
    // Items that are only moved or inspected stay borrowed.
    let copied =
        [(LOAD_FAST_BORROW, 0), (COPY, 1), (SWAP, 2), (POP_TOP, 0), (MATCH_SEQUENCE, 0), (POP_TOP, 0)];
    assert_eq!(says(&[&copied[..], &store, &[(RETURN_VALUE, 0)]].concat()), changed);
    // Owned on one path, borrowed on the other.
    let meet = [
        (LOAD_FAST, 0),
        (POP_JUMP_IF_NONE, 2),
        (LOAD_FAST_BORROW, 0),
        (JUMP_FORWARD, 1),
        (LOAD_CONST, 0),
        (RETURN_VALUE, 0),
    ];
    assert_eq!(says(&meet), "paths meet with different borrows");
}

#[test]
fn handlers() {
    let with = |list: &[(Opcode, u8)], entries: &[ExceptionEntry]| {
        let code = CodeObject { exceptiontable: exctable::encode(entries).into(), ..code(list) };
        verify(&code).map_or_else(|e| e.message, |_| "")
    };
    let entry = |start, end, target, depth| ExceptionEntry { start, end, target, depth, lasti: false };
    let list = [(LOAD_CONST, 0), (RETURN_VALUE, 0), (RERAISE, 0)];
    assert_eq!(with(&list, &[entry(0, 2, 2, 0)]), "");
    assert_eq!(with(&list, &[entry(0, 2, 2, 1)]), "stack shallower than the handler's");
    assert_eq!(with(&list, &[entry(0, 2, 2, 4)]), "handler deeper than co_stacksize");
    assert_eq!(with(&list, &[entry(0, 2, 3, 0)]), "exception range or handler where no instruction starts");
    assert_eq!(with(&list, &[entry(0, 2, 2, 0), entry(1, 3, 2, 0)]), "exception ranges out of order");
    assert_eq!(with(&list, &[entry(1, 9, 2, 0)]), "exception ranges out of order");
    // The call may have taken the handler's item when it raises.
    let taken = [(LOAD_CONST, 0), (UNARY_NOT, 0), (TO_BOOL, 0), (RETURN_VALUE, 0), (RERAISE, 0)];
    assert_eq!(with(&taken, &[entry(2, 3, 7, 1)]), "instruction takes items that its handler keeps");
    // The handler may not count on what the range binds late.
    let late =
        [(LOAD_CONST, 0), (STORE_FAST, 1), (LOAD_CONST, 0), (RETURN_VALUE, 0), (LOAD_FAST, 1), (RERAISE, 0)];
    assert_eq!(with(&late, &[entry(0, 4, 4, 0)]), "unchecked load of a local that may be unbound");
    assert_eq!(with(&late, &[entry(2, 4, 4, 0)]), "");
    let depths = CodeObject { exceptiontable: Box::new([0x80, 0xFF]), ..code(&END) };
    assert_eq!(verify(&depths).unwrap_err().message, "co_exceptiontable is malformed");
}

#[test]
fn generators() {
    let list = [(RETURN_GENERATOR, 0), (POP_TOP, 0), (LOAD_CONST, 0), (YIELD_VALUE, 0), (RETURN_VALUE, 0)];
    let generator = CodeObject { flags: CodeFlags::GENERATOR, ..code(&list) };
    assert!(verify(&generator).is_ok());
    assert_eq!(says(&list), "RETURN_GENERATOR out of place");
    assert_eq!(says(&list[2..]), "YIELD_VALUE outside a generator");
}

#[test]
fn shapes_for_jumps() {
    let list = [
        (LOAD_FAST, 0),
        (GET_ITER, 0),
        (PUSH_NULL, 0),
        (POP_TOP, 0),
        (RETURN_VALUE, 0),
        (NOP, 0),
        END[0],
        END[1],
    ];
    let maps = stack_maps(&code(&list)).unwrap();
    let at = |unit| maps.at(unit).unwrap();
    assert!(at(0).stack.is_empty());
    assert_eq!(at(2).stack[0].role(), Role::Iterator);
    assert!(at(3).stack[1].is_null());
    assert_eq!(*at(0).bound_locals, [0]);
    assert!(maps.at(5).is_none());
}

/// Code built so that a naive analysis takes quadratic time or memory must be refused or passed quickly.
#[test]
fn bounded() {
    let mut bytes = vec![LOAD_FAST as u8, 0];
    for i in 1..20_000u32 {
        bytes.extend([
            LOAD_FAST as u8,
            0,
            POP_JUMP_IF_NONE as u8,
            0,
            0,
            0,
            EXTENDED_ARG as u8,
            (i >> 8) as u8 & 63,
        ]);
        bytes.extend([DELETE_FAST as u8, i as u8]);
    }
    bytes.extend([RETURN_VALUE as u8, 0]);
    let mut big = code(&END);
    big.code = bytes.into();
    big.localsplusnames = (0..20_000).map(|i| Name::from(format!("v{i}"))).collect();
    big.localspluskinds = vec![kinds::LOCAL; 20_000].into();
    let begun = std::time::Instant::now();
    assert_eq!(verify(&big).unwrap_err().message, "code is too complex to verify");
    assert!(begun.elapsed().as_secs() < 10);
}
