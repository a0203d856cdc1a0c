//! The transform stage: whole outputs for whole inputs.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails by panicking")]

use std::fmt::Write;

use safe_hot::transform::{
    CompilerOptions, Kind, Language, Module, TransformError, TransformOptions, Transformed,
    transform,
};

fn options(language: Language, kind: Kind) -> TransformOptions {
    TransformOptions {
        path: "a.js".into(),
        language,
        kind,
        compiler_options: CompilerOptions {
            experimental_decorators: Some(true),
            emit_decorator_metadata: Some(true),
            ..CompilerOptions::default()
        },
    }
}

fn module(source: &str, language: Language) -> Result<Module, TransformError> {
    match transform(source, &options(language, Kind::Module))? {
        Transformed::Module(module) => Ok(*module),
        Transformed::CommonJs(_) => unreachable!("{source}"),
    }
}

/// Every row is a source, what it becomes, and its entries as `describe` tells them.
fn check(language: Language, table: &[(&str, &str, &str)]) {
    check_with(&options(language, Kind::Module).compiler_options, language, table);
}

fn check_with(compiler: &CompilerOptions, language: Language, table: &[(&str, &str, &str)]) {
    let options =
        TransformOptions { compiler_options: compiler.clone(), ..options(language, Kind::Module) };
    for &(source, code, entries) in table {
        let Ok(Transformed::Module(module)) = transform(source, &options) else {
            panic!("{:?} in {source}", transform(source, &options));
        };
        assert_eq!(module.code, code, "{source}");
        assert_eq!(describe(&module), entries, "{source}");
    }
}

fn describe(module: &Module) -> String {
    let mut text = String::new();
    let mut say = |part: String| write!(text, "{}{part}", if text.is_empty() { "" } else { "; " });
    let namespace = "*".to_owned();
    if module.base != "$h" {
        say(format!("base {}", module.base)).unwrap();
    }
    if module.map.is_some() {
        say("map".to_owned()).unwrap();
    }
    if module.is_async {
        say("async".to_owned()).unwrap();
    }
    if module.uses_meta {
        say("meta".to_owned()).unwrap();
    }
    for request in &module.requests {
        let with: Vec<_> =
            request.attributes.iter().map(|with| format!(" {}={}", with.key, with.value)).collect();
        let place = request.start_utf16..request.end_utf16;
        say(format!("request {}{} at {place:?}", request.specifier, with.concat())).unwrap();
    }
    for import in &module.imports {
        let name = import.name.as_ref().unwrap_or(&namespace);
        say(format!("{} = {}.{name} at {}", import.local, import.request, import.start_utf16))
            .unwrap();
    }
    for local in &module.locals {
        let name = local.local.as_deref().unwrap_or("value");
        say(format!("{} {name} as {}", local.kind.as_str(), local.names.join(","))).unwrap();
    }
    for export in &module.indirects {
        let name = export.imported.as_ref().unwrap_or(&namespace);
        say(format!("{}.{name} as {} at {}", export.request, export.name, export.start_utf16))
            .unwrap();
    }
    for request in &module.stars {
        say(format!("all of {request}")).unwrap();
    }
    for import in &module.dynamic_imports {
        let place = import.start_utf16..import.end_utf16;
        say(format!("import({}) at {place:?}", import.specifier)).unwrap();
    }
    text
}

#[test]
fn import_and_export_declarations_become_blanks() {
    let table = [
        (
            "#!/usr/bin/env node\nimport a, { b as c, default as d } from 'a'\n(function () {})()\nimport * as ns from \"b\" with { type: 'json' };\nimport 'a'",
            "///usr/bin/env node\n;                                          \n(function () {})()\n;                                             \n;         ",
            "request a at 60..63; request b type=json at 103..106; a = 0.default at 27; c = 0.b at 32; d = 0.default at 40; ns = 1.* at 90",
        ),
        (
            "import a from 'a' with { type: 'x', b: 'y' }; import b from 'a' with { b: 'y', type: 'x' }; import {} from 'a'",
            ";                                             ;                                             ;                 ",
            "request a b=y type=x at 14..17; request a at 107..110; a = 0.default at 7; b = 0.default at 53",
        ),
        (
            "import { a, b as c } from 'x'; export { a, c as d, a as 'q' }; export * from 'y'; export * as ns from 'y'",
            ";                              ;                               ;                  ;                      ",
            "request x at 26..29; request y at 77..80; a = 0.a at 9; c = 0.b at 12; 1.* as ns at 94; 0.a as a at 40; 0.b as d at 43; 0.a as q at 51; all of 1",
        ),
        (
            "export { default, default as e, 's t' as u } from 'x'; export {} from 'z'",
            ";                                                      ;                 ",
            "request x at 50..53; request z at 70..73; 0.default as default at 9; 0.default as e at 18; 0.s t as u at 32",
        ),
        (
            "import * as n from 'n'; export { n }; export { x as default, x as 'a b' }; const x = 1",
            ";                       ;             ;                                    const x = 1;$h(0,0);",
            "request n at 19..22; n = 0.* at 7; lexical x as default,a b; 0.* as n at 33",
        ),
        ("let x = 1\nimport 'a'\n[1].x", "let x = 1\n;         \n[1].x", "request a at 17..20"),
        ("'use strict'\nimport 'a'", "'use strict'\n;         ", "request a at 20..23"),
        (
            "const é = '😀'; import { b } from '😀'; é\r\nexport {\u{2028}}",
            "const é = '😀'; ;                       é\r\n;       \u{2028} ",
            "request 😀 at 34..38; b = 0.b at 25",
        ),
    ];

    check(Language::JavaScript, &table);
}

#[test]
fn exported_declarations_tell_when_they_are_initialized() {
    let table = [
        (
            "export let count = 0\nexport function inc() { count++; return ++count }\nexport const get = () => count = 5;\nfunction local() { let count = 1; count++ }",
            "       let count = 0;$h(0,0);\n       function inc() { count++;$h(0,0); return $h(++count,0) }\n       const get = () => $h(count = 5,0);$h(0,2);\nfunction local() { let count = 1; count++ }",
            "lexical count as count; function inc as inc; lexical get as get",
        ),
        (
            "export var a = 1\nexport const b = 1\nexport class C {} foo()\nexport async function f() {}\nexport function* g() {}",
            "       var a = 1;$h(0,0);\n       const b = 1;$h(0,1);\n       class C {};$h(0,2); foo()\n       async function f() {}\n       function* g() {}",
            "var a as a; lexical b as b; lexical C as C; function f as f; function g as g",
        ),
        (
            "export let a; export var b; var c; export { c }; export let d = 1, e = d",
            "       let a;$h(0,0);        var b; var c; ;                    let d = 1, e = d;$h(0,3,4);",
            "lexical a as a; var b as b; var c as c; lexical d as d; lexical e as e",
        ),
        (
            "export const { a, b: [c] = [], ...d } = x, [e] = y",
            "       const { a, b: [c] = [], ...d } = x, [e] = y;$h(0,0,1,2,3);",
            "lexical a as a; lexical c as c; lexical d as d; lexical e as e",
        ),
        (
            "export let a = 1, b = f(), c = () => {}, d = new b\nfor (var i = 0, n = f(); ;) ;\nexport { i }",
            "       let a = 1, b = ($h(0,0),f()), c = () => {}, d = ($h(0,1,2),new b);$h(0,0,1,2,3);\nfor (var i = 0, n = ($h(0,4),f()),$hv=$h(0,4); ;) ;\n;           ",
            "lexical a as a; lexical b as b; lexical c as c; lexical d as d; var i as i",
        ),
        (
            "if (x) var y = 1\nlbl: var z = 2\nexport { y, z }\nswitch (1) { case 1: y = 2; }",
            "if (x) {var y = 1;$h(0,0);}\nlbl: {var z = 2;$h(0,1);}\n;              \nswitch (1) { case 1: y = 2;$h(0,0); }",
            "var y as y; var z as z",
        ),
        (
            "export class A { static x = A = 1 }\nA = 1",
            "       class A { static x = $h(A = 1,0) };$h(0,0);\nA = 1;$h(0,0);",
            "lexical A as A",
        ),
        (
            "export { later }; let later = 1",
            ";                 let later = 1;$h(0,0);",
            "lexical later as later",
        ),
        (
            "export { f }; function f() {} f = 1",
            ";             function f() {} f = 1;$h(0,0);",
            "function f as f",
        ),
    ];

    check(Language::JavaScript, &table);
}

#[test]
fn writes_of_exported_bindings_are_told() {
    let table = [
        (
            "let a; export { a as 'x y', a as default };\n({ a } = x); [a = b] = y\nif (q) a = 1; else a += 2;\n[a[a = 1], b = () => { a = 2 }] = z",
            "let a;$h(0,0); ;                                   \n({ a } = x);$h(0,0); [a = b] = y;$h(0,0);\nif (q) $h(a = 1,0); else $h(a += 2,0);\n[a[$h(a = 1,0)], b = () => { a = 2;$h(0,0); }] = z",
            "lexical a as x y,default",
        ),
        (
            "let a, b; export { a, b }; for (a of xs) f()\nfor (const k of xs) a++\nfor (a.b in xs) ;\nfor ([a, { b }] of xs) { g() }\nfor (a = 0; a < 1; a++) ;",
            "let a, b;$h(0,0,1); ;                for (a of xs) {$h(0,0);f()}\nfor (const k of xs) $h(a++,0)\nfor (a.b in xs) ;\nfor ([a, { b }] of xs) {$h(0,0,1); g() }\nfor ($h(a = 0,0); a < 1; $h(a++,0)) ;",
            "lexical a as a; lexical b as b",
        ),
        (
            "for (var v of xs) { g() }\nfor (var w = 0, z; w < 1; w++) ;\nfor (var k in xs) for (k of ys) ;\nexport { v, w, z, k }",
            "for (var v of xs) {$h(0,0); g() }\nfor (var w = 0, z,$hv=$h(0,1); w < 1; $h(w++,1)) ;\nfor (var k in xs) {$h(0,3);for (k of ys) {$h(0,3);;}}\n;                    ",
            "var v as v; var w as w; var z as z; var k as k",
        ),
        (
            "let a; export { a }; typeof++a; function* g() { yield[a]=[1] } x(a = b = 2); a = a = 1; (a) = 1; a ??= 1; a ||= 2, a &&= 3",
            "let a;$h(0,0); ;             typeof $h(++a,0); function* g() { yield $h([a]=[1],0) } x($h(a = b = 2,0)); a = $h(a = 1,0);$h(0,0); (a) = 1;$h(0,0); a ??= 1;$h(0,0); $h(a ||= 2,0), $h(a &&= 3,0)",
            "lexical a as a",
        ),
        (
            "let a; export { a }; const f = (x = a++) => x, o = { m(y = a = 1) {} }, g = () => ({ a } = x)",
            "let a;$h(0,0); ;             const f = (x = $h(a++,0)) => x, o = { m(y = $h(a = 1,0)) {} }, g = () => ($h({ a } = x,0))",
            "lexical a as a",
        ),
        (
            "let a; export { a }; do a++; while (x)\nwhile (x) a--\n{ let a; a = 1 } (a => a = 1); try {} catch (a) { a = 1 }",
            "let a;$h(0,0); ;             do $h(a++,0); while (x)\nwhile (x) $h(a--,0)\n{ let a; a = 1 } (a => a = 1); try {} catch (a) { a = 1 }",
            "lexical a as a",
        ),
        (
            "let a; export { a }; export default a = 1",
            "let a;$h(0,0); ;             $hd({  default:$h(a = 1,0)});",
            "lexical a as a; default value as default",
        ),
    ];

    check(Language::JavaScript, &table);
}

#[test]
fn export_default_keeps_its_value_in_place() {
    let table = [
        (
            "export default function () {}",
            "            function $hf() {}",
            "function $hf as default",
        ),
        (
            "export default async function* () { yield 1 }",
            "            async function* $hf() { yield 1 }",
            "function $hf as default",
        ),
        (
            "export default function(){}\nfoo()",
            "           function $hf(){}\nfoo()",
            "function $hf as default",
        ),
        (
            "export /* default */ default /*b*/ function\n(a) {}",
            "       /* default */         /*b*/ function\n $hf(a) {}",
            "function $hf as default",
        ),
        (
            "export default function f() { f = 1 }",
            "               function f() { f = 1;$h(0,0); }",
            "function f as default",
        ),
        (
            "export default class {}\nfoo()",
            "$hd({  default:class {}});\nfoo()",
            "default value as default",
        ),
        (
            "export default class A {} foo()",
            "               class A {};$h(0,0); foo()",
            "lexical A as default",
        ),
        ("export default (1, 2)", "$hd({  default:(1, 2)});", "default value as default"),
        ("export default a\n[1]", "$hd({  default:a\n[1]});", "default value as default"),
        (
            "export default () => {};\nx",
            "$hd({  default:() => {}});\nx",
            "default value as default",
        ),
        (
            "export default(async () => {})",
            "$hd({  default:(async () => {})});",
            "default value as default",
        ),
        (
            "export\ndefault\nclass extends B {}",
            "$hd({ \ndefault:\nclass extends B {}});",
            "default value as default",
        ),
        (
            "export // default\ndefault/* ; */x /* ; */",
            "$hd({  // default\ndefault:/* ; */x}); /* ; */",
            "default value as default",
        ),
    ];

    check(Language::JavaScript, &table);
}

#[test]
fn writes_of_imports_throw() {
    let table = [
        (
            "import a, * as b from 'x'\na = 1; a++; ({ a } = {}); ({ a = 1, x: b } = {}); [a] = 1; for (a of x);\nfunction f(a) { a = 1 }",
            ";                        \n$hc._ = 1; $hc._++; ({ a:$hc._ } = {}); ({ a:$hc._ = 1, x: $hc._ } = {}); [$hc._] = 1; for ($hc._ of x);\nfunction f(a) { a = 1 }",
            "request x at 22..25; a = 0.default at 7; b = 0.* at 10",
        ),
        (
            "import a from 'x'; a ||= b; a ??= c; (a) &&= d; a += 1; a.b = 1; delete a.b",
            ";                  a ||($hc._= b); a ??($hc._= c); ($hc._) &&= d; $hc._ += 1; a.b = 1; delete a.b",
            "request x at 14..17; a = 0.default at 7",
        ),
    ];

    check(Language::JavaScript, &table);
}

#[test]
fn what_only_a_module_may_say_calls_helpers() {
    let table = [
        (
            "`${import.meta.url}`; import\n.meta.a; import . meta; new import.meta.X",
            "`${$h_________.url}`; $h_________\n     .a; $h_________  ; new $h_________.X",
            "meta",
        ),
        (
            "import('x'); import(`y`, {}); import('z' + 1); import(import('q'))",
            "$h____('x'); $h____(`y`, {}); $h____('z' + 1); $h____($h____('q'))",
            "import(x) at 7..10; import(y) at 20..23; import(q) at 61..64",
        ),
        (
            "arguments; typeof arguments; ({ arguments }); () => arguments; function f() { return arguments + (() => arguments) }",
            "$h_______; typeof $h_______; ({ arguments:$h_______ }); () => $h_______; function f() { return arguments + (() => arguments) }",
            "",
        ),
        ("{ await 1 }", "{ await 1 }", "async"),
        ("for await (const x of y) ;", "for await (const x of y) ;", "async"),
        ("using x = y; { await using z = w }", "using x = y; { await using z = w }", "async"),
        (
            "async function f() { await 1; for await (const x of y) ; await using z = w } async () => await 1",
            "async function f() { await 1; for await (const x of y) ; await using z = w } async () => await 1",
            "",
        ),
        ("$h + $j; '$k'", "$h + $j; '$k'", "base $q"),
    ];

    check(Language::JavaScript, &table);
}

#[test]
fn types_become_blanks() {
    let table = [
        (
            "let x: number = 1, y!: string; const f = (a: T, b?: U, ...c: V[]): R => a as any",
            "let x         = 1, y         ; const f = (a   , b    , ...c     )    => a       ;",
            "",
        ),
        (
            "function f<T extends U>(this: Window, a?: T, { b }: { b: number } = { b: 1 }): asserts a is T { return a! }",
            "function f             (              a    , { b }                = { b: 1 })                 { return a ; }",
            "",
        ),
        (
            "function g(this: T) {} function h(this: T /* , */ , a) {}",
            "function g(       ) {} function h(        /* , */   a) {}",
            "",
        ),
        (
            "interface A { x: number }\ntype B = A | string;\ndeclare const c: C; declare function d(): void; declare class E {} declare enum F { a } declare module 'x' { const y: 1 } declare global { var z: 1 }\nnamespace G { export type H = 1 } namespace I.J {}",
            ";                        \n;                   \n;                   ;                           ;                  ;                    ;                                 ;                          \n;                                 ;               ",
            "",
        ),
        (
            "abstract class A<T> extends B<T> implements C, D<E> { private x: number = 1; static readonly y?: string; declare z: 1; abstract w: 2; abstract m(): void; [key: string]: any; q!: 1; override o() {} protected async *gen<T>(): T {} get g(): T { return 1 } n?(): void; ['c']?: 1; constructor(a: T); constructor(a) { super() } }",
            "         class A    extends B                       { ;       x         = 1; static          y         ; ;             ;              ;                   ;                   q    ; ;        o() {} ;         async *gen   ()    {} get g()    { return 1 } ;           ['c']    ; ;                  constructor(a) { super() } }",
            "",
        ),
        (
            "f<T>(x); new A<T>(); new A<T>; g<T>`x`; const h = f<T>; a?.b!.c; a! + b!; x satisfies T; (x as T).y; <T>x; y = <T>z",
            "f   (x); new A   (); new A   ; g   `x`; const h = f   ; a?.b .c; a  + b ; x            ; (x     ).y; (  x); y = (  z)",
            "",
        ),
        (
            "function over(a: string): void;\nfunction over(a: any) {}\nexport function ex(): void\nexport function ex() {}\nexport default function d(): void;\nexport default function d() {}",
            ";                              \nfunction over(a     ) {}\n;                         \n       function ex() {}\n;                                 \n               function d() {}",
            "function ex as ex; function d as default",
        ),
        (
            "export abstract class A {} export default abstract class B {}",
            "                class A {};$h(0,0);                         class B {};$h(0,1);",
            "lexical A as A; lexical B as default",
        ),
        (
            "export default interface X { }\nexport interface Y {}\nexport type Z = 1\nexport declare const w: 1",
            ";                             \n;                    \n;                \n;                        ",
            "",
        ),
        (
            "try {} catch (e: unknown) {} for (const x of y as T[]) {} class A { x = 1 as T; y = <T>2 }",
            "try {} catch (e         ) {} for (const x of y       ) {} class A { x = 1     ; y = (  2) }",
            "",
        ),
        (
            "/* é */ let é: 'ü😀' = 'ü😀' as '😀'; type T = '\u{2028}'",
            "/* é */ let é        = 'ü😀'        ; ;         \u{2028} ",
            "",
        ),
        (
            "let a: number; export { a }; (a as any) = 1; a! = 2; a!++; ({ a } as any); if (x) a = 1 as T\nelse a = 2 as T",
            "let a        ;$h(0,0); ;             (a       ) = 1;$h(0,0); a  = 2;$h(0,0); a ++;$h(0,0); ({ a }       ); if (x) $h(a = 1     ,0)\nelse $h(a = 2     ,0);",
            "lexical a as a",
        ),
        (
            "enum_: for (;;) { type T = 1; break enum_ }",
            "enum_: for (;;) { ;           break enum_ }",
            "",
        ),
    ];

    check(Language::TypeScript, &table);
}

#[test]
fn blanks_do_not_join_lines() {
    let table = [
        ("let x = y as T\n(z)", "let x = y     ;\n(z)", ""),
        ("x = y as T\n[z]", "x = y     ;\n[z]", ""),
        ("type T = 1\n(z)", ";         \n(z)", ""),
        ("foo()\ninterface I {}\n[z]", "foo()\n;             \n[z]", ""),
        ("let x = y!\nlet z = 1 satisfies T\n/a/g", "let x = y ;\nlet z = 1            \n/a/g", ""),
        (
            "class A { x = 1\n private ['y'] = 2\n public *z() {} \n readonly in = 1 }",
            "class A { x = 1\n ;       ['y'] = 2\n ;      *z() {} \n ;        in = 1 }",
            "",
        ),
        (
            "class A { get: T\n foo() {}\n static: U\n x = 1 as T\n ['y'] }",
            "class A { get   ;\n foo() {}\n static   ;\n x = 1     ;\n ['y'] }",
            "",
        ),
        ("const f = (a): Promise<\n  T\n> => a", "const f = (a           \n   \n) => a", ""),
        ("const f = (\n  a,\n): {\n  b: 1 } => a", "const f = (\n  a,\n    \n       ) => a", ""),
        ("const f = async <\n  T\n>(x: T) => x", "const f = async (\n   \n  x   ) => x", ""),
        (
            "function f() { return <\n T\n>(x) => x }",
            "function f() { return (\n  \n  x) => x }",
            "",
        ),
        ("function f() { return <T\n>x }", "function f() { return ( \n x) }", ""),
        ("if (x) y as T\nelse z!", "if (x) y     \nelse z ;", ""),
        ("do x as T\nwhile (y)", "do x     ;\nwhile (y)", ""),
        (
            "export default x as T\n(y)\nexport const a = b as T\n;[c]",
            "$hd({  default:x     });;\n(y)\n       const a = b     \n;$h(0,1);[c]",
            "default value as default; lexical a as a",
        ),
        ("const f = () => x as T\n`y`", "const f = () => x     ;\n`y`", ""),
        ("for (const x of y) z as T\n(w)", "for (const x of y) z     ;\n(w)", ""),
        (
            "abstract class A { declare x\n *y() {}\n abstract z\n ['w']() {} }",
            "         class A { ;        \n *y() {}\n ;         \n ['w']() {} }",
            "",
        ),
    ];

    check(Language::TypeScript, &table);
}

#[test]
fn imports_of_types_are_left_out() {
    let table = [
        (
            "import { A, b } from 'x'; import type C from 'c'; import { type D, e } from 'y'; import f, { type G } from 'z'; import H from 'h'; import * as I from 'i'; import 'j'; import {} from 'k'\nlet x: A = b; let y: C | D | I.J; e; f",
            ";                         ;                       ;                              ;                              ;                  ;                       ;           ;                 \nlet x    = b; let y             ; e; f",
            "request x at 21..24; request y at 76..79; request z at 107..110; request j at 162..165; request k at 182..185; b = 0.b at 12; e = 1.e at 67; f = 2.default at 88",
        ),
        (
            "import { A } from 'x'; export type { A }; export type * from 'y'; export { type B, c } from 'z'; import type { D } from 'd'; export { D }; interface E {} export { E, f }; const f = 1",
            ";                      ;                  ;                       ;                              ;                           ;             ;              ;                const f = 1;$h(0,0);",
            "request z at 92..95; lexical f as f; 0.c as c at 83",
        ),
        (
            "import A from 'a'; let x: typeof A; import B from 'b'; let y: typeof import('c'); export { B }; export import type Q = require('q')",
            ";                  let x          ; ;                  let y                    ; ;             ;                                  ",
            "request b at 50..53; B = 0.default at 43; 0.default as B at 91",
        ),
    ];

    check(Language::TypeScript, &table);
}

#[test]
fn what_is_no_mere_type_is_generated() {
    let table = [
        (
            "import { A, B } from 'x'; import('y')\nexport enum E { a = 1, b }\nexport const enum C { c }\nlet x: A = B; export { B as D }; export const z = C.c; z ? import('z') : 1",
            ";                     \n$h____(\"y\");\n       let E = /* @__PURE__ */ function(E) {\n\tE[E[\"a\"] = 1] = \"a\";\n\tE[E[\"b\"] = 2] = \"b\";\n\treturn E;\n}({});$h(0,0);\n       let C = /* @__PURE__ */ function(C) {\n\tC[C[\"c\"] = 0] = \"c\";\n\treturn C;\n}({});$h(0,1);\nlet x = B;\n;                 \n       const z = C.c;$h(0,2);\nz ? $h____(\"z\") : 1;\n",
            "map; request x at 21..24; B = 0.B at 12; lexical E as E; lexical C as C; lexical z as z; 0.B as D at 114; import(y) at 33..36; import(z) at 157..160",
        ),
        (
            "export namespace N { export const a = 1; export type T = 2 }",
            "       let N;$h(0,0);\n(function(_N) {\n\tconst a = _N.a = 1;\n})(N || ($h(N = {},0)));\n",
            "map; lexical N as N",
        ),
        (
            "export class A { constructor(private x: number, readonly y = 1) { super.z } }",
            "       class A {\n\tx;\n\ty;\n\tconstructor(x, y = 1) {\n\t\tthis.x = x;\n\t\tthis.y = y;\n\t\tsuper.z;\n\t}\n};$h(0,0);\n",
            "map; lexical A as A",
        ),
        (
            "import { T, dec } from 'x'; export @dec class A { @dec() m(@dec a: T): string { return '' } @dec p!: number }",
            "const babelHelpers={decorate(list,target,key,given){const isClass=arguments.length<3,isMethod=arguments.length>3,descriptor=given===null?Object.getOwnPropertyDescriptor(target,key):given;let result=isClass?target:descriptor;if(typeof Reflect.decorate==='function')result=Reflect.decorate(list,target,key,descriptor);else for(const decorator of [...list].reverse())if(decorator)result=(isClass?decorator(result):isMethod?decorator(target,key,result):decorator(target,key))||result;if(isMethod&&result)Object.defineProperty(target,key,result);return result},decorateMetadata(key,value){if(typeof Reflect.metadata==='function')return Reflect.metadata(key,value)},decorateParam(index,decorator){return(target,key)=>decorator(target,key,index)}};\n;                          \nlet A = class A {\n\tm(a) {\n\t\treturn \"\";\n\t}\n\tp;\n};$h(0,0);\nbabelHelpers.decorate([\n\tdec(),\n\tbabelHelpers.decorateParam(0, dec),\n\tbabelHelpers.decorateMetadata(\"design:type\", Function),\n\tbabelHelpers.decorateMetadata(\"design:paramtypes\", [typeof T === \"undefined\" ? Object : T]),\n\tbabelHelpers.decorateMetadata(\"design:returntype\", String)\n], A.prototype, \"m\", null);\nbabelHelpers.decorate([dec, babelHelpers.decorateMetadata(\"design:type\", Number)], A.prototype, \"p\", void 0);\nA = babelHelpers.decorate([dec], A);$h(0,0);\n;            \n",
            "map; request x at 23..26; T = 0.T at 9; dec = 0.dec at 12; lexical A as A",
        ),
        (
            "import c from 'c'; import d = c.d; export const e = d",
            ";                 \nvar d = c.d;\n       const e = d;$h(0,0);\n",
            "map; request c at 14..17; c = 0.default at 7; lexical e as e",
        ),
    ];

    check(Language::TypeScript, &table);
}

#[test]
fn jsx_is_generated() {
    let table = [
        (
            "import { C } from './c'; export const a = <C x={1} {...y}>text<></></C>",
            ";                       \n;                                                                                     \n       const a = /* @__PURE__ */ _jsxs(C, {\n\tx: 1,\n\t...y,\n\tchildren: [\"text\", /* @__PURE__ */ _jsx(_Fragment, {})]\n});$h(0,0);\n",
            "map; request ./c at 18..23; request react/jsx-runtime at 0..0; C = 0.C at 9; _Fragment = 1.Fragment at 0; _jsx = 1.jsx at 0; _jsxs = 1.jsxs at 0; lexical a as a",
        ),
        (
            "const f = <T,>(x: T) => x; export default f",
            "const f =     (x   ) => x; $hd({  default:f});",
            "default value as default",
        ),
    ];

    check(Language::Tsx, &table);
}

#[test]
fn jsx_is_generated_in_javascript() {
    let table = [
        (
            "export default () => <div/>; let n; export { n }; n++",
            ";                                               \n$hd({  default:() => /* @__PURE__ */ _jsx(\"div\", {})});\nlet n;$h(0,1);\n;            \nn++;$h(0,1);\n",
            "map; request react/jsx-runtime at 0..0; _jsx = 0.jsx at 0; default value as default; lexical n as n",
        ),
        ("export let a = 1", "       let a = 1;$h(0,0);", "lexical a as a"),
    ];

    check(Language::Jsx, &table);
}

#[test]
fn early_errors_are_refused_with_their_place() {
    let table = [
        ("let a = 1; let a = 2", "1:5 Identifier `a` has already been declared"),
        ("export { x }", "1:10 Export 'x' is not defined"),
        ("export const a = 1; export { a }", "1:14 Duplicated export 'a'"),
        ("import { a } from 'a'; let a", "1:10 Identifier `a` has already been declared"),
        ("new.target", "1:1 Unexpected new.target expression"),
        ("return 1", "1:1 A 'return' statement can only be used within a function body."),
        ("export using x = y", "1:8 Using declarations cannot be exported directly."),
        ("a <!--b", "1:4 HTML comments are not allowed in modules"),
        ("x\n--> b", "2:3 Unexpected token"),
        ("with (a) b", "1:1 'with' statements are not allowed"),
        (
            "super.x",
            "1:1 'super' can only be referenced in members of derived classes or object literal expressions.",
        ),
        ("yield", "1:1 The keyword 'yield' is reserved"),
        ("await: 1", "1:6 Unexpected token"),
        ("import defer * as x from 'x'", "1:1 import defer and import source are not supported"),
        ("import source x from 'x'", "1:1 import defer and import source are not supported"),
        ("import.defer('x')", "1:1 import.defer() and import.source() are not supported"),
        ("x = 010", "1:5 '0'-prefixed octal literals and octal escape sequences are deprecated"),
        ("delete x", "1:8 Delete of an unqualified identifier in strict mode."),
        ("{ function f() {} } export { f }", "1:30 Export 'f' is not defined"),
        (
            "export default 1; export default 2",
            "1:8 A module cannot have multiple default exports.",
        ),
        ("<div/>", "1:1 Unexpected JSX expression"),
        ("let 😀", "1:5 Invalid Character `😀`"),
        ("arguments = 1", "1:1 Cannot assign to 'arguments' in strict mode"),
        ("class A { x = arguments }", "1:15 'arguments' is not allowed in class field initializer"),
        (
            "class A { static { await 1 } }",
            "1:20 Cannot use await in class static initialization block",
        ),
        ("export {", "1:9 Expected `}` but found `EOF`"),
    ];

    for (source, expected) in table {
        let error = module(source, Language::JavaScript).unwrap_err().into_source_error();

        let place = format!("{}:{}", error.span.line, error.span.column);
        assert_eq!(format!("{place} {}", error.message), expected, "{source}");
    }
}

#[test]
fn decorators_become_calls_on_their_lines() {
    let table = [
        (
            "class A {\n  @a\n  @b(1) m() {}\n  @c x = 1\n  y\n}",
            "let $he0=$he();class A {static{$he0.apply(this);}#$he0_1=$he0.before(this);\n  ;[$he0.add(0,\"method\",0,\"m\",[a\n  ,b(1)])](){} m() {}\n  ;[$he0.add(1,\"field\",0,\"x\",[c])](){} x = $he0.init(1,this,1);#$he0_2=$he0.after(1,this);\n  y\n}",
            "",
        ),
        (
            "export @a class A { static x = A; static { A } }",
            "       let $he0=$he([a]); {let A;({\"A\":class   {static{A=$he0.apply(this,\"A\");}        static #$he0_1(){return{\"x\" : A}}static{$he0.define(\"x\",this.#$he0_1)};; static  #$he0_2(){ A }static{$he0.run(this.#$he0_2)} ;static{$he0.finish();}}})}       let A=$he0.result;$h(0,0);",
            "lexical A as A",
        ),
        (
            "@a.b export default class { accessor #x; }",
            "let $he0=$he([$he.of(a,\"b\")]);                {({\"default\":class {static{$he0.apply(this,\"default\");}          get #x(){return this.#$he0_1}set #x(v){this.#$he0_1=v}#$he0_1; ;static{$he0.finish();}}})}$hd({  default:$he0.result});",
            "default value as default",
        ),
        (
            "const A = @a class { @b #m() {} }; $h",
            "const A = ($je([a] ,($je0)=>{({\"A\":class {static{$je0.apply(this,\"A\");}#$je0_1=$je0.before(this); ;[$je0.add(0,\"method\",0,\"#m\",[b],o=>#m in o,o=>o.#m,0)](){}get #m(){return $je0.method(0)} [$je0.symbol(0)]() {} ;static{$je0.finish();}}});return $je0.result})); $h",
            "base $j",
        ),
        (
            "export class A { accessor x = '@'; accessor = 1 }",
            "       class A {          get x(){return this.#$he0_1}set x(v){this.#$he0_1=v}#$he0_1 = '@'; accessor = 1 };$h(0,0);",
            "lexical A as A",
        ),
        ("accessor('@')", "accessor('@')", ""),
    ];

    for language in [Language::JavaScript, Language::Jsx] {
        check_with(&CompilerOptions::default(), language, &table);
    }
}

#[test]
fn decorators_leave_types_and_places_to_the_rest() {
    let table = [(
        "import { a, T } from './a';\n@a export abstract class A<U> { @a private x?: T = null!; m(): void; @a m<V>(v?: V) {} abstract n }\nimport('./b')",
        ";                          \nlet $he0=$he([a]);                 {let A;({\"A\":class      {static{A=$he0.apply(this,\"A\");}#$he0_1=$he0.before(this); ;[$he0.add(0,\"field\",0,\"x\",[a])](){} ;       x     = $he0.init(0,this,null );#$he0_2=$he0.after(0,this);; ;          ;[$he0.add(1,\"method\",0,\"m\",[a])](){} m   (v    ) {} ;          ;static{$he0.finish();}}})}       let A=$he0.result;$h(0,0);\n$h____('./b')",
        "request ./a at 21..26; a = 0.a at 9; lexical A as A; import(./b) at 135..140",
    )];

    check_with(&CompilerOptions::default(), Language::TypeScript, &table);
}

#[test]
fn misplaced_decorators_are_refused_with_their_place() {
    const NOT_HERE: &str = "Decorators are not valid here.";
    let of_parameters =
        "Decorators of parameters are supported with experimentalDecorators in tsconfig.json only";
    let table = [
        ("class A { @a constructor() {} }", "1:11", NOT_HERE),
        ("class A { @a static {} }", "1:11", NOT_HERE),
        ("class A { @a declare x: 1 }", "1:11", NOT_HERE),
        ("abstract class A {\n  @a abstract x: 1 }", "2:3", NOT_HERE),
        ("abstract class A { @a abstract accessor x: 1 }", "1:20", NOT_HERE),
        ("@a declare class A {}", "1:1", NOT_HERE),
        ("class A { @a [x: string]: any }", "1:11", NOT_HERE),
        ("class A { m(@a x) {} }", "1:13", of_parameters),
        ("@b class A { constructor(@a x) {} }", "1:26", of_parameters),
        ("@a function f() {}", "1:4", "Unexpected token"),
        ("({ @a x() {} })", "1:4", "Unexpected token"),
        ("@a enum E {}", "1:4", "Unexpected token"),
        (
            "class A { @a m(): void; m() {} }",
            "1:11",
            "A decorator can only decorate a method implementation, not an overload.",
        ),
        ("@a class A {}; let b; let b", "1:20", "Identifier `b` has already been declared"),
        (
            "@a?.b class A {}",
            "1:2",
            "Expression must be enclosed in parentheses to be used as a decorator.",
        ),
        (
            "function* f() { return class { @a [yield] = 1 } }",
            "1:36",
            "yield in the head or in a key of a decorated class expression is not supported",
        ),
    ];

    for (source, place, message) in table {
        let options = TransformOptions {
            compiler_options: CompilerOptions::default(),
            ..options(Language::TypeScript, Kind::Module)
        };
        let error = transform(source, &options).unwrap_err().into_source_error();

        assert_eq!(format!("{}:{}", error.span.line, error.span.column), place, "{source}");
        assert_eq!(error.message, message, "{source}");
    }
}
