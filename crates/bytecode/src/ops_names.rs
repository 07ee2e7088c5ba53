//! Names that belong to the opcode table: operators, intrinsics, special methods, common constants, and the
//! specialised forms with their families, for the `opcode` and `_opcode` modules and the disassembler.

/// What `BINARY_OP`'s operand selects: the constant's name and the operator's text.
pub const BINARY_OPS: &[(&str, &str)] = &[
    ("NB_ADD", "+"),
    ("NB_AND", "&"),
    ("NB_FLOOR_DIVIDE", "//"),
    ("NB_LSHIFT", "<<"),
    ("NB_MATRIX_MULTIPLY", "@"),
    ("NB_MULTIPLY", "*"),
    ("NB_REMAINDER", "%"),
    ("NB_OR", "|"),
    ("NB_POWER", "**"),
    ("NB_RSHIFT", ">>"),
    ("NB_SUBTRACT", "-"),
    ("NB_TRUE_DIVIDE", "/"),
    ("NB_XOR", "^"),
    ("NB_INPLACE_ADD", "+="),
    ("NB_INPLACE_AND", "&="),
    ("NB_INPLACE_FLOOR_DIVIDE", "//="),
    ("NB_INPLACE_LSHIFT", "<<="),
    ("NB_INPLACE_MATRIX_MULTIPLY", "@="),
    ("NB_INPLACE_MULTIPLY", "*="),
    ("NB_INPLACE_REMAINDER", "%="),
    ("NB_INPLACE_OR", "|="),
    ("NB_INPLACE_POWER", "**="),
    ("NB_INPLACE_RSHIFT", ">>="),
    ("NB_INPLACE_SUBTRACT", "-="),
    ("NB_INPLACE_TRUE_DIVIDE", "/="),
    ("NB_INPLACE_XOR", "^="),
    ("NB_SUBSCR", "[]"),
];

/// The text of `COMPARE_OP`'s operators, by `operand >> 5`.
pub const COMPARE_OPS: &[&str] = &["<", "<=", "==", "!=", ">", ">="];

/// `CALL_INTRINSIC_1`'s functions.
pub const INTRINSICS_1: &[&str] = &[
    "INTRINSIC_1_INVALID",
    "INTRINSIC_PRINT",
    "INTRINSIC_IMPORT_STAR",
    "INTRINSIC_STOPITERATION_ERROR",
    "INTRINSIC_ASYNC_GEN_WRAP",
    "INTRINSIC_UNARY_POSITIVE",
    "INTRINSIC_LIST_TO_TUPLE",
    "INTRINSIC_TYPEVAR",
    "INTRINSIC_PARAMSPEC",
    "INTRINSIC_TYPEVARTUPLE",
    "INTRINSIC_SUBSCRIPT_GENERIC",
    "INTRINSIC_TYPEALIAS",
];

/// `CALL_INTRINSIC_2`'s functions.
pub const INTRINSICS_2: &[&str] = &[
    "INTRINSIC_2_INVALID",
    "INTRINSIC_PREP_RERAISE_STAR",
    "INTRINSIC_TYPEVAR_WITH_BOUND",
    "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
    "INTRINSIC_SET_TYPEPARAM_DEFAULT",
];

/// `LOAD_SPECIAL`'s methods.
pub const SPECIAL_METHODS: &[&str] = &["__enter__", "__exit__", "__aenter__", "__aexit__"];

/// `LOAD_COMMON_CONSTANT`'s values, all of them builtins.
pub const COMMON_CONSTANTS: &[&str] = &["AssertionError", "NotImplementedError", "tuple", "all", "any"];

/// `SET_FUNCTION_ATTRIBUTE`'s attributes, by bit.
pub const FUNCTION_ATTRIBUTES: &[&str] = &["defaults", "kwdefaults", "annotations", "closure", "annotate"];

/// The specialised forms, by number: number, name, family, and the letters of [`Property`](crate::metadata::Property) that
/// `_opcode` tells of them. They occur in a running interpreter only.
pub const SPECIALIZED: &[(u8, &str, &str, &str)] = &[
    (3, "BINARY_OP_INPLACE_ADD_UNICODE", "BINARY_OP", "l"),
    (129, "BINARY_OP_ADD_FLOAT", "BINARY_OP", ""),
    (130, "BINARY_OP_ADD_INT", "BINARY_OP", ""),
    (131, "BINARY_OP_ADD_UNICODE", "BINARY_OP", ""),
    (132, "BINARY_OP_EXTEND", "BINARY_OP", ""),
    (133, "BINARY_OP_MULTIPLY_FLOAT", "BINARY_OP", ""),
    (134, "BINARY_OP_MULTIPLY_INT", "BINARY_OP", ""),
    (135, "BINARY_OP_SUBSCR_DICT", "BINARY_OP", ""),
    (136, "BINARY_OP_SUBSCR_GETITEM", "BINARY_OP", ""),
    (137, "BINARY_OP_SUBSCR_LIST_INT", "BINARY_OP", ""),
    (138, "BINARY_OP_SUBSCR_LIST_SLICE", "BINARY_OP", ""),
    (139, "BINARY_OP_SUBSCR_STR_INT", "BINARY_OP", ""),
    (140, "BINARY_OP_SUBSCR_TUPLE_INT", "BINARY_OP", ""),
    (141, "BINARY_OP_SUBTRACT_FLOAT", "BINARY_OP", ""),
    (142, "BINARY_OP_SUBTRACT_INT", "BINARY_OP", ""),
    (143, "CALL_ALLOC_AND_ENTER_INIT", "CALL", "a"),
    (144, "CALL_BOUND_METHOD_EXACT_ARGS", "CALL", "a"),
    (145, "CALL_BOUND_METHOD_GENERAL", "CALL", "a"),
    (146, "CALL_BUILTIN_CLASS", "CALL", "a"),
    (147, "CALL_BUILTIN_FAST", "CALL", "a"),
    (148, "CALL_BUILTIN_FAST_WITH_KEYWORDS", "CALL", "a"),
    (149, "CALL_BUILTIN_O", "CALL", "a"),
    (150, "CALL_ISINSTANCE", "CALL", "a"),
    (151, "CALL_KW_BOUND_METHOD", "CALL_KW", "a"),
    (152, "CALL_KW_NON_PY", "CALL_KW", "a"),
    (153, "CALL_KW_PY", "CALL_KW", "a"),
    (154, "CALL_LEN", "CALL", ""),
    (155, "CALL_LIST_APPEND", "CALL", "a"),
    (156, "CALL_METHOD_DESCRIPTOR_FAST", "CALL", "a"),
    (157, "CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS", "CALL", "a"),
    (158, "CALL_METHOD_DESCRIPTOR_NOARGS", "CALL", "a"),
    (159, "CALL_METHOD_DESCRIPTOR_O", "CALL", "a"),
    (160, "CALL_NON_PY_GENERAL", "CALL", "a"),
    (161, "CALL_PY_EXACT_ARGS", "CALL", "a"),
    (162, "CALL_PY_GENERAL", "CALL", "a"),
    (163, "CALL_STR_1", "CALL", "a"),
    (164, "CALL_TUPLE_1", "CALL", "a"),
    (165, "CALL_TYPE_1", "CALL", "a"),
    (166, "COMPARE_OP_FLOAT", "COMPARE_OP", "a"),
    (167, "COMPARE_OP_INT", "COMPARE_OP", "a"),
    (168, "COMPARE_OP_STR", "COMPARE_OP", "a"),
    (169, "CONTAINS_OP_DICT", "CONTAINS_OP", "a"),
    (170, "CONTAINS_OP_SET", "CONTAINS_OP", "a"),
    (171, "FOR_ITER_GEN", "FOR_ITER", "a"),
    (172, "FOR_ITER_LIST", "FOR_ITER", "aj"),
    (173, "FOR_ITER_RANGE", "FOR_ITER", "aj"),
    (174, "FOR_ITER_TUPLE", "FOR_ITER", "aj"),
    (175, "JUMP_BACKWARD_JIT", "JUMP_BACKWARD", "aj"),
    (176, "JUMP_BACKWARD_NO_JIT", "JUMP_BACKWARD", "aj"),
    (177, "LOAD_ATTR_CLASS", "LOAD_ATTR", "a"),
    (178, "LOAD_ATTR_CLASS_WITH_METACLASS_CHECK", "LOAD_ATTR", "a"),
    (179, "LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN", "LOAD_ATTR", "an"),
    (180, "LOAD_ATTR_INSTANCE_VALUE", "LOAD_ATTR", "a"),
    (181, "LOAD_ATTR_METHOD_LAZY_DICT", "LOAD_ATTR", "a"),
    (182, "LOAD_ATTR_METHOD_NO_DICT", "LOAD_ATTR", "a"),
    (183, "LOAD_ATTR_METHOD_WITH_VALUES", "LOAD_ATTR", "a"),
    (184, "LOAD_ATTR_MODULE", "LOAD_ATTR", "a"),
    (185, "LOAD_ATTR_NONDESCRIPTOR_NO_DICT", "LOAD_ATTR", "a"),
    (186, "LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES", "LOAD_ATTR", "a"),
    (187, "LOAD_ATTR_PROPERTY", "LOAD_ATTR", "a"),
    (188, "LOAD_ATTR_SLOT", "LOAD_ATTR", "a"),
    (189, "LOAD_ATTR_WITH_HINT", "LOAD_ATTR", "an"),
    (190, "LOAD_CONST_IMMORTAL", "LOAD_CONST", "ac"),
    (191, "LOAD_CONST_MORTAL", "LOAD_CONST", "ac"),
    (192, "LOAD_GLOBAL_BUILTIN", "LOAD_GLOBAL", "a"),
    (193, "LOAD_GLOBAL_MODULE", "LOAD_GLOBAL", "a"),
    (194, "LOAD_SUPER_ATTR_ATTR", "LOAD_SUPER_ATTR", "an"),
    (195, "LOAD_SUPER_ATTR_METHOD", "LOAD_SUPER_ATTR", "an"),
    (196, "RESUME_CHECK", "RESUME", ""),
    (197, "SEND_GEN", "SEND", "a"),
    (198, "STORE_ATTR_INSTANCE_VALUE", "STORE_ATTR", ""),
    (199, "STORE_ATTR_SLOT", "STORE_ATTR", ""),
    (200, "STORE_ATTR_WITH_HINT", "STORE_ATTR", "an"),
    (201, "STORE_SUBSCR_DICT", "STORE_SUBSCR", ""),
    (202, "STORE_SUBSCR_LIST_INT", "STORE_SUBSCR", ""),
    (203, "TO_BOOL_ALWAYS_TRUE", "TO_BOOL", ""),
    (204, "TO_BOOL_BOOL", "TO_BOOL", ""),
    (205, "TO_BOOL_INT", "TO_BOOL", ""),
    (206, "TO_BOOL_LIST", "TO_BOOL", ""),
    (207, "TO_BOOL_NONE", "TO_BOOL", ""),
    (208, "TO_BOOL_STR", "TO_BOOL", ""),
    (209, "UNPACK_SEQUENCE_LIST", "UNPACK_SEQUENCE", "a"),
    (210, "UNPACK_SEQUENCE_TUPLE", "UNPACK_SEQUENCE", "a"),
    (211, "UNPACK_SEQUENCE_TWO_TUPLE", "UNPACK_SEQUENCE", "a"),
];

/// The layout of inline caches as `opcode._cache_format` tells it: opcode, then names and sizes in code units.
pub const CACHE_FORMAT: &[(&str, &[(&str, u8)])] = &[
    ("LOAD_GLOBAL", &[("counter", 1), ("index", 1), ("module_keys_version", 1), ("builtin_keys_version", 1)]),
    ("BINARY_OP", &[("counter", 1), ("descr", 4)]),
    ("UNPACK_SEQUENCE", &[("counter", 1)]),
    ("COMPARE_OP", &[("counter", 1)]),
    ("CONTAINS_OP", &[("counter", 1)]),
    ("FOR_ITER", &[("counter", 1)]),
    ("LOAD_SUPER_ATTR", &[("counter", 1)]),
    ("LOAD_ATTR", &[("counter", 1), ("version", 2), ("keys_version", 2), ("descr", 4)]),
    ("STORE_ATTR", &[("counter", 1), ("version", 2), ("index", 1)]),
    ("CALL", &[("counter", 1), ("func_version", 2)]),
    ("CALL_KW", &[("counter", 1), ("func_version", 2)]),
    ("STORE_SUBSCR", &[("counter", 1)]),
    ("SEND", &[("counter", 1)]),
    ("JUMP_BACKWARD", &[("counter", 1)]),
    ("TO_BOOL", &[("counter", 1), ("version", 2)]),
    ("POP_JUMP_IF_TRUE", &[("counter", 1)]),
    ("POP_JUMP_IF_FALSE", &[("counter", 1)]),
    ("POP_JUMP_IF_NONE", &[("counter", 1)]),
    ("POP_JUMP_IF_NOT_NONE", &[("counter", 1)]),
];

/// Operands of `BINARY_OP`.
pub mod binary_op {
    pub const ADD: u32 = 0;
    pub const AND: u32 = 1;
    pub const FLOOR_DIVIDE: u32 = 2;
    pub const LSHIFT: u32 = 3;
    pub const MATRIX_MULTIPLY: u32 = 4;
    pub const MULTIPLY: u32 = 5;
    pub const REMAINDER: u32 = 6;
    pub const OR: u32 = 7;
    pub const POWER: u32 = 8;
    pub const RSHIFT: u32 = 9;
    pub const SUBTRACT: u32 = 10;
    pub const TRUE_DIVIDE: u32 = 11;
    pub const XOR: u32 = 12;
    pub const INPLACE_ADD: u32 = 13;
    pub const INPLACE_AND: u32 = 14;
    pub const INPLACE_FLOOR_DIVIDE: u32 = 15;
    pub const INPLACE_LSHIFT: u32 = 16;
    pub const INPLACE_MATRIX_MULTIPLY: u32 = 17;
    pub const INPLACE_MULTIPLY: u32 = 18;
    pub const INPLACE_REMAINDER: u32 = 19;
    pub const INPLACE_OR: u32 = 20;
    pub const INPLACE_POWER: u32 = 21;
    pub const INPLACE_RSHIFT: u32 = 22;
    pub const INPLACE_SUBTRACT: u32 = 23;
    pub const INPLACE_TRUE_DIVIDE: u32 = 24;
    pub const INPLACE_XOR: u32 = 25;
    pub const SUBSCR: u32 = 26;
}

/// Operands of `CALL_INTRINSIC_1`.
pub mod intrinsic_1 {
    pub const PRINT: u32 = 1;
    pub const IMPORT_STAR: u32 = 2;
    pub const STOPITERATION_ERROR: u32 = 3;
    pub const ASYNC_GEN_WRAP: u32 = 4;
    pub const UNARY_POSITIVE: u32 = 5;
    pub const LIST_TO_TUPLE: u32 = 6;
    pub const TYPEVAR: u32 = 7;
    pub const PARAMSPEC: u32 = 8;
    pub const TYPEVARTUPLE: u32 = 9;
    pub const SUBSCRIPT_GENERIC: u32 = 10;
    pub const TYPEALIAS: u32 = 11;
}

/// Operands of `CALL_INTRINSIC_2`.
pub mod intrinsic_2 {
    pub const PREP_RERAISE_STAR: u32 = 1;
    pub const TYPEVAR_WITH_BOUND: u32 = 2;
    pub const TYPEVAR_WITH_CONSTRAINTS: u32 = 3;
    pub const SET_FUNCTION_TYPE_PARAMS: u32 = 4;
    pub const SET_TYPEPARAM_DEFAULT: u32 = 5;
}
