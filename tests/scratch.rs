#[test] fn all(){ fn go(d:&std::path::Path){ let mut v:Vec<_>=std::fs::read_dir(d).unwrap().map(|e|e.unwrap().path()).collect(); v.sort(); for p in v { if p.is_dir(){go(&p)} else { if let Err(e)=sauva::read::read(&p,&Default::default()){println!("{} : {} {}",p.strip_prefix("/work/shared/data/dicom").unwrap().display(),e.class(),e)} } } }
 go(std::path::Path::new("/work/shared/data/dicom")); }
