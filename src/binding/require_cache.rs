//! Takes stale modules out of everything by which Node's `CommonJS` loader holds them. Decides
//! nothing: the request names each module, each holder and each survivor.
//!
//! A stale module is held by its entry of `require.cache`, by the `children` of modules that have
//! required it, and by the parent link of modules that it was the first to load. That link is in
//! private fields since Node 22, which only Node's own constructor writes; so the constructor runs
//! again over the surviving module, whose own properties are then put back as they were.

use napi::bindgen_prelude::{
    Either, Env, FnArgs, FromNapiValue, Function, JsObjectValue, JsValue, Null, Object,
    ToNapiValue, Unknown,
};
use napi::{JsString, KeyCollectionMode, KeyConversion, KeyFilter};
use napi_derive::napi;

use super::attempt::attempt;
use super::path_cache::PathChanges;

/// Detaches stale modules, then runs their disposers. Whatever throws is in `failures` and stops
/// nothing. Costs what the request names, however many modules are loaded.
#[napi(catch_unwind)]
pub fn hot_reload<'env>(
    env: &'env Env,
    request: HotReloadRequest<'env>,
) -> napi::Result<HotReloadOutcome<'env>> {
    let loader = Loader::new(env, request.module_constructor)?;
    let mut surgery = Surgery { env, loader, outcome: HotReloadOutcome::default() };
    for stale in &request.stale {
        surgery.evict(stale);
    }
    for stale in &request.stale {
        surgery.unlink(stale);
    }
    for stale in &request.stale {
        surgery.move_survivors(stale);
    }
    surgery.forget_paths(&request.vanished, &request.appeared);
    for stale in &request.stale {
        surgery.dispose(stale);
    }
    Ok(surgery.outcome)
}

#[napi(object, object_to_js = false)]
pub struct HotReloadRequest<'env> {
    /// Node's `Module`, whose `_cache` and `_pathCache` are meant.
    #[napi(js_name = "Module", ts_type = "object")]
    pub module_constructor: Constructor<'env>,
    pub stale: Vec<StaleModule<'env>>,
    /// Absolute paths of files and folders that are gone, or are now of another kind.
    pub vanished: Vec<String>,
    /// Absolute paths of files that are new on disk.
    pub appeared: Vec<String>,
}

#[napi(object, object_to_js = false)]
pub struct StaleModule<'env> {
    pub module: Object<'env>,
    pub filename: String,
    /// Takes the entry of `module` in `require.cache`; an entry that is neither absent nor `module`
    /// stays.
    #[napi(ts_type = "object | null | undefined")]
    pub successor: Option<Either<Object<'env>, Null>>,
    /// The modules whose `children` may hold `module`.
    pub holders: Vec<Object<'env>>,
    /// The modules that stay loaded and that `module` was the first to load.
    pub survivors: Vec<Survivor<'env>>,
    #[napi(ts_type = "Array<() => unknown>")]
    pub disposers: Vec<Function<'env, (), Unknown<'env>>>,
}

#[napi(object, object_to_js = false)]
pub struct Survivor<'env> {
    pub module: Object<'env>,
    /// Who counts as the first to have loaded it from now on.
    #[napi(ts_type = "object | null | undefined")]
    pub parent: Option<Either<Object<'env>, Null>>,
}

#[derive(Default)]
#[napi(object, object_from_js = false)]
pub struct HotReloadOutcome<'env> {
    /// How many stale modules were in `require.cache`.
    pub evicted: u32,
    /// How many places in `children` arrays they were taken from.
    pub unlinked: u32,
    /// How many parent links of survivors were moved.
    pub moved: u32,
    /// How many entries of `Module._pathCache` were cleared.
    pub path_entries: u32,
    pub failures: Vec<HotReloadFailure<'env>>,
}

#[napi(object, object_from_js = false)]
pub struct HotReloadFailure<'env> {
    /// Of the stale module that was being detached or disposed; absent for `Module._pathCache`.
    pub filename: Option<String>,
    /// What was thrown, as it is.
    pub error: Unknown<'env>,
}

/// JavaScript says that there is no object by leaving it out or by `null`.
const fn given(object: Option<Either<Object<'_>, Null>>) -> Option<Object<'_>> {
    match object {
        Some(Either::A(object)) => Some(object),
        Some(Either::B(Null)) | None => None,
    }
}

type Call<'env, A> = Function<'env, FnArgs<A>, Unknown<'env>>;
type Constructor<'env> = Call<'env, (Unknown<'env>, Unknown<'env>)>;

/// What is asked of JavaScript, looked up once.
struct Loader<'env> {
    module: Object<'env>,
    cache: Object<'env>,
    constructor: Constructor<'env>,
    object: Object<'env>,
    get_descriptors: Call<'env, (Object<'env>,)>,
    define_properties: Call<'env, (Object<'env>, Object<'env>)>,
}

impl<'env> Loader<'env> {
    fn new(env: &'env Env, constructor: Constructor<'env>) -> napi::Result<Self> {
        let module = Object::from_unknown(constructor.to_unknown())?;
        let object: Unknown<'env> = env.get_global()?.get_named_property("Object")?;
        let object = Object::from_unknown(object)?;
        Ok(Self {
            module,
            cache: module.get_named_property("_cache")?,
            constructor,
            object,
            get_descriptors: object.get_named_property("getOwnPropertyDescriptors")?,
            define_properties: object.get_named_property("defineProperties")?,
        })
    }

    /// How many entries of `Module._pathCache` were cleared.
    fn forget_paths(&self, changes: &PathChanges<'_>) -> napi::Result<u32> {
        let mut entries: Object<'env> = self.module.get_named_property("_pathCache")?;
        let keys = own_names(entries)?;
        let mut count = 0;
        for index in 0..keys.get_array_length()? {
            let key: JsString<'_> = keys.get_element(index)?;
            let found: Unknown<'_> = entries.get_property(key)?;
            let found = found.coerce_to_string()?.into_utf8()?;
            if changes.concerns(key.into_utf8()?.as_str()?, found.as_str()?) {
                entries.delete_property(key)?;
                count += 1;
            }
        }
        Ok(count)
    }
}

struct Surgery<'env> {
    env: &'env Env,
    loader: Loader<'env>,
    outcome: HotReloadOutcome<'env>,
}

impl<'env> Surgery<'env> {
    fn evict(&mut self, stale: &StaleModule<'env>) {
        let evicted = attempt(self.env, || self.replace_entry(stale));
        self.outcome.evicted += u32::from(self.noted(stale, evicted).unwrap_or(false));
    }

    /// Whether the entry was the stale module's.
    fn replace_entry(&self, stale: &StaleModule<'env>) -> napi::Result<bool> {
        let mut cache = self.loader.cache;
        let entry: Option<Unknown<'env>> = cache.get(&stale.filename)?;
        let is_own = match entry {
            Some(entry) => self.env.strict_equals(entry, stale.module)?,
            None => false,
        };
        match given(stale.successor) {
            Some(successor) if is_own || entry.is_none() => {
                cache.set(&stale.filename, successor)?;
            }
            None if is_own => {
                cache.delete_named_property(&stale.filename)?;
            }
            _ => {}
        }
        Ok(is_own)
    }

    fn unlink(&mut self, stale: &StaleModule<'env>) {
        for &holder in &stale.holders {
            let removed = attempt(self.env, || {
                Children::of(holder)?.map_or(Ok(0), |children| children.remove_all(stale.module))
            });
            self.outcome.unlinked += self.noted(stale, removed).unwrap_or(0);
        }
    }

    fn move_survivors(&mut self, stale: &StaleModule<'env>) {
        for survivor in &stale.survivors {
            let moved = self.move_parent_link(survivor);
            self.outcome.moved += u32::from(self.noted(stale, moved).is_some());
        }
    }

    /// Each step is an attempt of its own: whatever one throws, the survivor gets its properties
    /// back.
    fn move_parent_link(&self, survivor: &Survivor<'env>) -> Result<(), Unknown<'env>> {
        let (env, loader, module) = (self.env, &self.loader, survivor.module);
        let siblings = attempt(env, || given(survivor.parent).map_or(Ok(None), Children::of))?;
        let siblings = siblings.as_ref();
        let already = attempt(env, || siblings.map_or(Ok(None), |it| it.last_index_of(module)))?;
        let descriptors = attempt(env, || {
            let descriptors = loader.get_descriptors.apply(loader.object, (module,).into())?;
            Object::from_unknown(descriptors)
        })?;
        let constructed = attempt(env, || {
            let id: Unknown<'env> = module.get_named_property("id")?;
            let parent = match given(survivor.parent) {
                Some(parent) => parent.to_unknown(),
                None => ().into_unknown(env)?,
            };
            delete_accessors(module, descriptors)?;
            loader.constructor.apply(module, (id, parent).into())
        });
        let restored = attempt(env, || {
            loader.define_properties.apply(loader.object, (module, descriptors).into())
        });
        // The constructor appends, so a place after the one it had before is one too many.
        let deduplicated = attempt(env, || match (siblings, already) {
            (Some(siblings), Some(_)) if siblings.last_index_of(module)? != already => {
                siblings.remove_last(module)
            }
            _ => Ok(false),
        });
        constructed.and(restored).and(deduplicated).map(drop)
    }

    fn forget_paths(&mut self, vanished: &[String], appeared: &[String]) {
        let Some(changes) = PathChanges::new(vanished, appeared) else {
            return;
        };
        match attempt(self.env, || self.loader.forget_paths(&changes)) {
            Ok(count) => self.outcome.path_entries = count,
            Err(error) => {
                self.outcome.failures.push(HotReloadFailure { filename: None, error });
            }
        }
    }

    fn dispose(&mut self, stale: &StaleModule<'env>) {
        for disposer in &stale.disposers {
            let disposed = attempt(self.env, || disposer.apply((), ()));
            self.noted(stale, disposed);
        }
    }

    /// What the attempt gave; what it threw goes to `failures`.
    fn noted<T>(
        &mut self,
        stale: &StaleModule<'env>,
        attempted: Result<T, Unknown<'env>>,
    ) -> Option<T> {
        attempted
            .map_err(|error| {
                let filename = Some(stale.filename.clone());
                self.outcome.failures.push(HotReloadFailure { filename, error });
            })
            .ok()
    }
}

/// A setter of the survivor's own must not see what the constructor writes.
fn delete_accessors(mut module: Object<'_>, descriptors: Object<'_>) -> napi::Result<()> {
    let names = own_names(descriptors)?;
    for index in 0..names.get_array_length()? {
        let name: JsString<'_> = names.get_element(index)?;
        let descriptor: Object<'_> = descriptors.get_property(name)?;
        if descriptor.has_own_property("get")? {
            module.delete_property(name)?;
        }
    }
    Ok(())
}

fn own_names(object: Object<'_>) -> napi::Result<Object<'_>> {
    object.get_all_property_names(
        KeyCollectionMode::OwnOnly,
        KeyFilter::SkipSymbols,
        KeyConversion::NumbersToStrings,
    )
}

/// The `children` of a module, asked through the array's own functions: a few calls, however long
/// it is.
struct Children<'env> {
    array: Object<'env>,
    last_index_of: Call<'env, (Object<'env>,)>,
    splice: Call<'env, (u32, u32)>,
}

impl<'env> Children<'env> {
    /// None if they are no array.
    fn of(module: Object<'env>) -> napi::Result<Option<Self>> {
        let children: Unknown<'env> = module.get_named_property("children")?;
        if !children.is_array()? {
            return Ok(None);
        }
        let array = Object::from_unknown(children)?;
        let last_index_of = array.get_named_property("lastIndexOf")?;
        Ok(Some(Self { array, last_index_of, splice: array.get_named_property("splice")? }))
    }

    fn last_index_of(&self, child: Object<'env>) -> napi::Result<Option<u32>> {
        let index = i64::from_unknown(self.last_index_of.apply(self.array, (child,).into())?)?;
        Ok(u32::try_from(index).ok())
    }

    /// How many there were.
    fn remove_all(&self, child: Object<'env>) -> napi::Result<u32> {
        let mut removed = 0;
        while self.remove_last(child)? {
            removed += 1;
        }
        Ok(removed)
    }

    /// Whether there was one.
    fn remove_last(&self, child: Object<'env>) -> napi::Result<bool> {
        let Some(index) = self.last_index_of(child)? else {
            return Ok(false);
        };
        self.splice.apply(self.array, (index, 1).into())?;
        Ok(true)
    }
}
