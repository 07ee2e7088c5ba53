//! Builds the frozen standard library: collects its files, compiles them, and writes
//!
//! - `code.bin`: the modules' code objects as marshal data, one after another;
//! - `source.bin`: the sources and the other files, each deflated;
//! - `index.rs`: the tables that `src/lib.rs` includes.

mod collect;
mod compile;
mod edits;

use std::fmt::Write;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::{env, fs, thread};

/// One module to freeze.
struct Module {
    /// Dotted name.
    name: String,
    /// Whether it is a package's `__init__`.
    is_package: bool,
    /// Path relative to the library's folder.
    path: String,
    source: Vec<u8>,
    code: Option<Vec<u8>>,
}

fn main() {
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=overlay");
    if let Err(error) = build() {
        println!("cargo::error=the standard library: {error}");
    }
}

fn build() -> std::io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let files = collect::collect(Path::new(rustpython_pylib::LIB_PATH), &here.join("overlay"))?;
    let mut modules = Vec::new();
    let mut resources = Vec::new();
    for (path, contents) in files {
        match module_name(&path) {
            Some((name, is_package)) => {
                modules.push(Module { name, is_package, path, source: contents, code: None });
            }
            None => resources.push((path, contents)),
        }
    }
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    resources.sort();
    compile_all(&mut modules);
    write_out(&out, &modules, &resources)
}

/// A module's dotted name and whether it is a package, from its path.
fn module_name(path: &str) -> Option<(String, bool)> {
    let stem = path.strip_suffix(".py")?;
    match stem.strip_suffix("/__init__") {
        Some(package) => Some((package.replace('/', "."), true)),
        None => Some((stem.replace('/', "."), false)),
    }
}

/// Compiles on all processors. A module that does not compile keeps its source only, and a warning names it.
fn compile_all(modules: &mut [Module]) {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = modules.len().div_ceil(workers).max(1);
    let compile_share = |share: &mut [Module]| {
        for module in share {
            match catch_unwind(|| compile::compile(&module.source, &module.path)) {
                Ok(Ok(code)) => module.code = Some(code),
                Ok(Err(error)) => println!("cargo:warning={} is frozen as source: {error}", module.path),
                Err(_) => {
                    println!("cargo:warning={} is frozen as source: the compiler panicked", module.path)
                }
            }
        }
    };
    thread::scope(|scope| {
        for chunk in modules.chunks_mut(share) {
            let builder = thread::Builder::new().stack_size(compile::STACK_BUDGET + (8 << 20));
            if let Err(error) = builder.spawn_scoped(scope, move || compile_share(chunk)) {
                println!("cargo:warning=no thread to compile with: {error}");
            }
        }
    });
}

fn write_out(out: &Path, modules: &[Module], resources: &[(String, Vec<u8>)]) -> std::io::Result<()> {
    let (mut code, mut source) = (Vec::new(), Vec::new());
    let mut pack = |contents: &[u8]| {
        let start = source.len();
        source.extend(miniz_oxide::deflate::compress_to_vec(contents, 9));
        format!("Packed {{ start: {start}, end: {}, length: {} }}", source.len(), contents.len())
    };
    let mut index = String::from("static MODULES: &[Frozen] = &[\n");
    for module in modules {
        let range = match &module.code {
            Some(bytes) => {
                let start = code.len();
                code.extend_from_slice(bytes);
                format!("Some(({start}, {}))", code.len())
            }
            None => "None".to_owned(),
        };
        let packed = pack(&module.source);
        let (name, path, is_package) = (&module.name, &module.path, module.is_package);
        let _ = writeln!(
            index,
            "    Frozen {{ name: {name:?}, path: {path:?}, is_package: {is_package}, range: {range}, packed: {packed} }},"
        );
    }
    index.push_str("];\nstatic RESOURCES: &[Resource] = &[\n");
    for (path, contents) in resources {
        let _ = writeln!(index, "    Resource {{ path: {path:?}, packed: {} }},", pack(contents));
    }
    index.push_str("];\n");
    fs::write(out.join("index.rs"), index)?;
    fs::write(out.join("code.bin"), code)?;
    fs::write(out.join("source.bin"), source)
}
