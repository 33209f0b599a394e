import ApusJSON
import TestSupport
import Testing

@Suite struct JSONTests {
    @Test func writesInOrder() {
        let value: JSONValue = [
            "z": 1, "a": [true, nil, "x"], "loss": .float(0.1), "exact": .number(0.1), "empty": [:],
            "rows": [[1, 2], [3]],
        ]
        #expect(
            value.compact
                == #"{"z":1,"a":[true,null,"x"],"loss":0.1,"exact":0.1,"empty":{},"rows":[[1,2],[3]]}"#)
        #expect(
            value.pretty == """
                {
                  "z": 1,
                  "a": [true,null,"x"],
                  "loss": 0.1,
                  "exact": 0.1,
                  "empty": {},
                  "rows": [
                    [1,2],
                    [3]
                  ]
                }
                """)
    }

    @Test func escapes() {
        #expect(JSONValue.string("a\"\\\n\t\u{1}\u{7F}\u{2028}é😀").compact == #""a\"\\\n\t\u0001\u007f\u2028é😀""#)
        #expect(JSONValue.float(.nan).compact == "null")
        #expect(JSONValue.number(-.infinity).compact == "null")
        #expect(JSONValue.integer(.min).compact == "-9223372036854775808")
    }

    @Test func numbersComeBack() throws {
        for seed in UInt64(0)..<2000 {
            var bits = seed &* 0x9E37_79B9_7F4A_7C15
            bits ^= bits >> 29
            let double = Double(bitPattern: bits)
            let float = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
            if double.isFinite {
                #expect(try JSONValue(parsing: JSONValue.number(double).compact).doubleValue == double, "seed \(seed)")
            }
            if float.isFinite {
                let read = try #require(try JSONValue(parsing: JSONValue.float(float).compact).doubleValue)
                #expect(Float(read) == float, "seed \(seed)")
            }
        }
    }

    @Test func readsWhatItWrote() throws {
        let value: JSONValue = [
            "name": "\u{1}\"é😀\\", "list": [1, -2, [], [:], [nil, true, false]], "number": .number(1.5e-7),
        ]
        #expect(try JSONValue(parsing: value.compact) == value)
        #expect(try JSONValue(parsing: " \n" + value.pretty + "\t ") == value)
        #expect(value["list"]?.arrayValue?[1].integerValue == -2)
        #expect(value["none"] == nil)
        #expect(try JSONValue(parsing: #""\ud83d\ude00\u00e9\/""#) == "😀é/")
        #expect(try JSONValue(parsing: "9223372036854775808") == .number(9223372036854775808))
    }

    @Test(arguments: [
        ("", "line 1, column 1: the text ends where a value is needed"),
        ("[1,]", "line 1, column 4: a value is needed here"),
        ("[1 2]", "line 1, column 4: ',' or ']' is needed here"),
        ("{\"a\":1,\n \"a\":2}", "line 2, column 2: the name is there twice"),
        ("{a:1}", "line 1, column 2: a name in quotes is needed here"),
        ("{\"a\" 1}", "line 1, column 6: ':' is needed here"),
        ("01", "line 1, column 2: there is more text after the value"),
        ("1.", "line 1, column 3: a digit is needed here"),
        ("-", "line 1, column 2: a digit is needed here"),
        ("1e999", "line 1, column 1: the number is too large"),
        ("nul", "line 1, column 1: a value is needed here"),
        ("\"a\nb\"", "line 1, column 3: a control character must be written as \\u00XX"),
        ("\"a", "line 1, column 1: the string does not end"),
        ("\"\\x\"", "line 1, column 2: there is no such escape"),
        ("\"\\ud800\"", "line 1, column 2: half of a surrogate pair"),
        ("\"\\udc00\"", "line 1, column 2: half of a surrogate pair"),
        ("\"\\u12g4\"", "line 1, column 6: four hexadecimal digits are needed here"),
        (String(repeating: "[", count: 100_000), "line 1, column 65: values lie more than 64 deep within each other"),
    ])
    func saysWhatIsWrong(text: String, message: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.description == message)
    }

    @Test func refusesBrokenUTF8() {
        #expect(throws: JSONError(line: 1, column: 1, problem: "the string is not UTF-8")) {
            try JSONValue(parsing: [0x22, 0xC3, 0x22])
        }
    }
}
