//! Writes the frozen standard library out as files: `cargo run -p taipan-lib --example extract DIR`.
//!
//! The folder then serves `--stdlib DIR`, or for looking at what is frozen.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let Some(folder) = env::args_os().nth(1) else {
        return Err(io::Error::other("usage: extract DIR"));
    };
    let files = taipan_lib::list().iter().map(|module| (module.path, module.source()));
    let others = taipan_lib::resources().iter().map(|resource| (resource.path, resource.contents()));
    for (path, contents) in files.chain(others) {
        let path = Path::new(&folder).join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        fs::write(path, contents)?;
    }
    Ok(())
}
