"""Mapping templates, against examples of AWS's reference and Velocity's; and templates that would run anything, or for ever."""

import time
from typing import Any

import pytest

from portico.doors.vtl.template import Template, TemplateFailed
from portico.doors.vtl.variables import UTIL, Input, Parameters

PHOTOS = """{
  "photos": {
    "page": 1, "pages": "1234", "perpage": 100, "total": "123398",
    "photo": [
      {"id": "1234", "owner": "me", "title": "first", "ispublic": 1, "isfriend": 0},
      {"id": "5678", "owner": "you", "title": "second", "ispublic": 1, "isfriend": 0}
    ]
  }
}"""


def variables(body: str = "", parameters: Parameters | None = None) -> dict[str, Any]:
    return {
        "input": Input(body, parameters or Parameters()),
        "util": UTIL,
        "context": {
            "requestId": "r1",
            "stage": "prod",
            "authorizer": {"claims": {"sub": "me"}, "custom-key": "k"},
            "requestOverride": {"header": {}, "path": {}, "querystring": {}},
        },
        "stageVariables": {"url": "example.com"},
    }


async def rendered(template: str, body: str = "", **parameters: dict[str, str]) -> str:
    made, _ = await Template(template).render(lambda: variables(body, Parameters(**parameters)))
    return made


async def test_the_photo_album() -> None:
    """API Gateway Developer Guide, "Mapping template examples"."""
    template = """#set($inputRoot = $input.path('$'))
{
  "photos": [
#foreach($elem in $inputRoot.photos.photo)
    {
      "id": "$elem.id",
      "owner": "$elem.owner",
      "public": $elem.ispublic
    }#if($foreach.hasNext),#end

#end
  ]
}"""
    made = await rendered(template, PHOTOS)
    assert "".join(made.split()) == (
        '{"photos":[{"id":"1234","owner":"me","public":1},{"id":"5678","owner":"you","public":1}]}'
    )


async def test_all_parameters() -> None:
    """API Gateway Developer Guide, "Variables for data transformations": `$input.params()`."""
    template = """#set($allParams = $input.params())
{
#foreach($type in $allParams.keySet())
    #set($params = $allParams.get($type))
"$type" : {
    #foreach($paramName in $params.keySet())
    "$paramName" : "$util.escapeJavaScript($params.get($paramName))"
        #if($foreach.hasNext),#end
    #end
}
    #if($foreach.hasNext),#end
#end
}"""
    made = await rendered(template, path={"id": "1"}, querystring={"q": "a'b"}, header={"Host": "h"})
    assert "".join(made.split()) == '{"path":{"id":"1"},"querystring":{"q":"a\\\'b"},"header":{"Host":"h"}}'


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"body": $input.json("$")}', '{"body": {"a":{"b":[1,2.5,"x",null,true]},"name":"n/m"}}'),
        ("$input.json('$.name')", '"n/m"'),
        ("$input.json('$.missing')", '""'),
        ("$input.json('$.a.b[3]')", "null"),
        ("$input.path('$.a.b[0]') $input.path('$.a.b[2]') $input.path('$.a.b').size()", "1 x 5"),
        ("$input.path('$.a.b').get(1) $input.path('$').a.b[4]", "2.5 true"),
        ("$input.path('$..b')", '[[1,2.5,"x",null,true]]'),
        ("$input.path('$.missing')|$input.path('$.a.b[3]')|", "||"),
        ("$input.path('$.name').length()", "3"),
        ("$input.params('none')|$input.params('none').length()", "|0"),
        ("$input.params('x')$input.params('HEADER')", "qh"),
        ("$context.requestId $context.nothing $context.a.b.c|", "r1  |"),
        ("$context.authorizer.claims.sub $context.authorizer.custom-key", "me k"),
        (
            "$stageVariables.url ${stageVariables.url} $stageVariables['url'] $stageVariables.get('url')",
            "example.com " * 3 + "example.com",
        ),
        ("$util.escapeJavaScript('it''s \"q\" \\ /')", 'it\\\'s \\"q\\" \\\\ \\/'),
        ("$util.escapeJavaScript($util.urlDecode('%C3%A9%0A'))", "\\u00E9\\n"),
        ('$util.escapeJavaScript("it\'s").replaceAll("\\\\\'","\'")', "it's"),
        ("$util.urlEncode('a b+&~*é') $util.urlDecode('a+b%26')", "a+b%2B%26%7E*%C3%A9 a b&"),
        ("$util.base64Encode('hällo') $util.base64Decode('aMOkbGxv')", "aMOkbGxv hällo"),
        ('#set($o = $util.parseJson(\'{"a": {"b": [1]}}\'))$o.a.b[0] $o', "1 {a={b=[1]}}"),
        ("$util.nothing('x')|$input.nothing|$nothing.at.all()", "||$nothing.at.all()"),
    ],
)
async def test_what_api_gateway_has(template: str, expected: str) -> None:
    body = '{"a": {"b": [1, 2.5, "x", null, true]}, "name": "n/m"}'
    assert await rendered(template, body, querystring={"x": "q"}, header={"Header": "h"}) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Hello $name! $!name ${name} $!{name}.", "Hello $name!  ${name} ."),
        ("#set($name = 'x')Hello $name! ${name}y $name.length()", "Hello x! xy 1"),
        ('#set($a = "x")#set($b = "$a-y ${a}z")$b #set($c = \'$a\')$c', "x-y xz $a"),
        ("#set($a = 7)#set($b = $a * 2 + 1)$b #set($c = ($a - 1) / 4)$c #set($d = -7 % 3)$d", "15 1 -1"),
        ("#set($a = 2 + 3 * 4 - 10 / 5)$a #set($b = 1 + 'x' + 2)$b", "12 1x2"),
        ("#set($a = 10 / 0)|$a|", "||"),
        ("#if(1 < 2 && !(3 > 4) || false)yes#{else}no#end", "yes"),
        ("#set($i = 2)#if($i == 1)one#elseif($i == 2)two#{else}more#end", "two"),
        (
            "#if($nothing)a#end#if(!$nothing)b#end#if('')c#end#if('x')d#end#if([])e#end#if(0)f#end#if(false)g#end",
            "bdef",
        ),
        (
            "#if($nothing == $null)a#end#if($nothing == '')b#end#if(1 == '1')c#end#if(1 == 1.0)d#end#if('a' != 'b')e#end",
            "abcde",
        ),
        ("#if('b' > 'a')a#end#if('1' < 2)b#end#if($nothing > 1)c#end", "a"),
        ("#foreach($i in [1..3])$i#if($foreach.hasNext),#end#end", "1,2,3"),
        (
            "#foreach($i in [3..1])$foreach.index$foreach.count$foreach.first$foreach.last;#end",
            "01truefalse;12falsefalse;23falsetrue;",
        ),
        ("#foreach($i in ['a','b'])$velocityCount$i#end#foreach($i in $nothing)x#end", "1a2b"),
        (
            "#foreach($a in [1,2])#foreach($b in [1,2])$foreach.parent.index$foreach.index #end#end",
            "00 01 10 11 ",
        ),
        (
            '#set($m = {"a": 1, "b": [1, {"c": 2}]})$m $m.b[1].c $m["a"] $m.get("a")',
            "{a=1, b=[1, {c=2}]} 2 1 1",
        ),
        (
            "#set($m = {'a': 1})#set($m.b = 2)#set($m['c'] = 3)$m.size() $m.keySet() $m.containsKey('c')",
            "3 [a, b, c] true",
        ),
        ("#foreach($v in {'a': 1, 'b': 2})$v#end#foreach($e in {'a': 1}.entrySet())#end", None),
        ("#set($m = {'a': 1})#foreach($e in $m.entrySet())$e.key=$e.getValue()#end", "a=1"),
        (
            "#set($l = [1])#set($x = $l.add(2))#set($x = $l.add(0, 'z'))$l $l.contains(2) $l.size() $l.isEmpty()",
            "[z, 1, 2] true 3 false",
        ),
        ("#set($l = [3])#set($l[0] = 4)$l.get(0) $l.indexOf(4) $l.subList(0, 1)", "4 0 [4]"),
        (
            "#set($s = 'a,b,,')#set($p = $s.split(','))$p.size() $p[1] $s.substring(2) $s.substring(0,1)",
            "2 b b,, a",
        ),
        (
            "#set($s = 'aBc')$s.toUpperCase() $s.toLowerCase() $s.indexOf('B') $s.charAt(2) $s.concat('d')",
            "ABC abc 1 c aBcd",
        ),
        (
            "#set($s = ' x ')[$s.trim()] $s.isEmpty() $s.startsWith(' ') $s.endsWith('x') $s.replace('x', 'y')",
            "[x] false true false  y ",
        ),
        (
            "#set($s = 'ab12')$s.matches('[a-z]+\\d+') $s.matches('\\d+') $s.replaceAll('(\\d)(\\d)', '$2$1')",
            "true false ab21",
        ),
        (
            "#set($s = 'x')$s.equals('x') $s.equalsIgnoreCase('X') $s.hashCode() $s.compareTo('y')",
            "true true 120 -1",
        ),
        ("#set($a = 1.5)#set($b = 1e3)$a #set($c = 100000000.5)$c #set($d = 0.0001)$d", None),
        ("#macro(hi $n)Hi $n!#end#hi('Bob')#hi(\"Al\")", "Hi Bob!Hi Al!"),
        ("#define($d)<$x>#end#set($x = 1)$d#set($x = 2)$d", "<1><2>"),
        ("a ## comment\nb #* block\n *# c", "a b  c"),
        ("before#stop after", "before"),
        ("price: $100 #FF0000 a@b.c 100% \\$x \\#if", "price: $100 #FF0000 a@b.c 100% $x #if"),
        ("$a-$b#set($a = 5) $a-$b $a-x", "$a-$b 5-$b 5-x"),
        (
            "#set($context.requestOverride.header.X-Api-Key-1 = 'k')$context.requestOverride.header",
            "{X-Api-Key-1=k}",
        ),
        ('#set($j = "{\\"a\\": 1}")$j #set($q = "say ""hi""")$q', '{"a": 1} say "hi"'),
        ("${nothing|'default'}", "default"),
    ],
)
async def test_the_language(template: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(TemplateFailed):
            await rendered(template)
    else:
        assert await rendered(template) == expected


@pytest.mark.parametrize(
    "template",
    [
        "$input.__class__",
        "$input.body.__class__.__mro__",
        "$util.methods",
        "$context.__init__.__globals__",
        "$stageVariables.__dict__",
        "$input.path('$').__reduce__()",
        "$input.body.format('{0.__class__}')",
        "$util.class.forName('java.lang.Runtime')",
        "$input.getClass()",
        "$input.body.bytes $input.body.class",
        "#set($m = {})$m.__setitem__('a', 1)$m.items()$m.pop('x')",
    ],
)
async def test_nothing_but_values_can_be_reached(template: str) -> None:
    assert (await rendered(template, "{}")).strip() == ""


@pytest.mark.parametrize(
    "template",
    [
        "#include('/etc/passwd')",
        "#parse('/etc/passwd')",
        "#evaluate('$x')",
        "#if($x",
        "#foreach($x in [1])",
        "#set($x = )",
        "#set(x = 1)",
        "$input.path('no path')",
        "$util.parseJson('{')",
        "#set($s = 'x')$s.substring(5)",
        "#set($l = [1])$l.get(3)",
        "#set($x = 'a')#set($x.y = 1)",
        "$input.json()$input.params(1, 2)",
    ],
)
async def test_what_fails(template: str) -> None:
    with pytest.raises(TemplateFailed):
        await rendered(template, "{}")


@pytest.mark.parametrize(
    "template",
    [
        "#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])x#end#end#end",
        "#set($s = 'aaaaaaaaaa')#foreach($a in [1..1000])#set($s = $s + $s)#end",
        "#set($s = 'aaaaaaaaaa')#foreach($a in [1..1000])#set($s = $s.concat($s))#end",
        "#set($s = 'aa')#foreach($a in [1..1000])#set($s = $s.replace('a', $s))#end",
        "#set($s = 'aa')#foreach($a in [1..1000])#set($s = $s.replaceAll('a', $s))#end",
        "#set($l = [1])#foreach($a in [1..100])#set($l = [$l, $l])#end$l",
        "#set($l = [1])#foreach($a in [1..1000])#set($x = $l.addAll($l))#end",
        "#set($l = [1])#set($m = [1])#foreach($a in [1..100])#set($l = [$l, $l])#set($m = [$m, $m])#end#if($l == $m)x#end",
        "#set($l = [1])#foreach($a in [1..100])#set($l = [$l, $l])#end#set($m = [])$m.add($l)$m.contains([2])$m.contains($l.subList(0,1))",
        "#set($m = {})#set($m.m = $m)$m",
        "#set($n = 2)#foreach($a in [1..1000])#set($n = $n * $n)#end",
        "#macro(again)#again()#end#again()",
        "#define($d)$d#end$d",
        "#set($s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')$s.matches('(a|aa)+b')",
        "#foreach($a in [1..1000])0123456789$input.body#end",
        "#set($x = " + "(" * 500 + "1" + ")" * 500 + ")",
        "#if(true)" * 3_000 + "#end" * 3_000,
        "#set($x = " + "[$a.b(" * 40 + "1" + ")]" * 39,
    ],
)
async def test_templates_that_would_not_end(template: str) -> None:
    began = time.monotonic()
    with pytest.raises(TemplateFailed):
        await rendered(template, "x" * 20_000)
    assert time.monotonic() - began < 10


async def test_a_loop_ends_after_a_thousand_rounds() -> None:
    assert await rendered("#foreach($a in [1..5000])x#end") == "x" * 1_000


async def test_a_hostile_body_is_just_data() -> None:
    body = '{"a": "#set($x = 1)$x ${x} #foreach($y in [1..1000000])z#end"}'
    assert (
        await rendered("$input.path('$.a')", body) == "#set($x = 1)$x ${x} #foreach($y in [1..1000000])z#end"
    )
    deep = "[" * 500 + "]" * 500
    assert await rendered("$input.json('$')", deep) == deep
    with pytest.raises(TemplateFailed):
        await rendered("$input.json('$')", "[" * 200_000)


async def test_a_template_of_300_kilobytes() -> None:
    assert len(await rendered("${context.stage}" + "x" * (300 * 1024 - 16))) == 300 * 1024 - 12
    with pytest.raises(TemplateFailed):
        await rendered("${context.stage}" + "x" * 300 * 1024)


async def test_a_run_leaves_nothing_to_the_next() -> None:
    template = Template("#set($context.x = $context.x + 1)#macro(m)M#end#m()$context.x")
    for _ in range(3):
        made, after = await template.render(lambda: {"context": {"x": 1}})
        assert (made, after["context"]["x"]) == ("M2", 2)
