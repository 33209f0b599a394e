import ApusData
import ApusGraph
import TestSupport
import Testing

@Suite struct NPYTests {
    /// An `.npy` file of version 1.0 with this header text.
    private func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
        let text = Array(header.utf8)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count & 0xFF), UInt8(text.count >> 8)] + text + data
    }

    private func header(_ type: String, _ shape: String, order: String = "False") -> String {
        "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }\n"
    }

    private func message(_ bytes: [UInt8]) -> String {
        let error = #expect(throws: DataError.self) { try NPY<Float>.decode(bytes, name: "x") }
        return error?.description ?? ""
    }

    @Test func comesBack() throws {
        let folder = TestFolder()
        let path = "\(folder.path)/a.npy"
        for seed in UInt64(0)..<50 {
            var random = CounterRandom(seed: seed, purpose: .test)
            let shape = (0..<random.integer(below: 4)).map { _ in Int(random.integer(below: 4)) }
            let count = shape.reduce(1, *)
            let floats = NPY<Float>(shape: shape, elements: (0..<count).map { _ in random.normal() })
            try floats.write(to: path)
            #expect(try NPY<Float>.read(path) == floats, "seed \(seed)")
            #expect((try readAll(path).count - 4 * count) % 64 == 0, "seed \(seed)")
            let integers = NPY<Int32>(
                shape: shape, elements: (0..<count).map { _ in Int32(bitPattern: random.nextWord()) })
            #expect(try NPY<Int32>.decode(integers.encode(), name: "x") == integers, "seed \(seed)")
        }
    }

    @Test func readsEveryType() throws {
        #expect(try NPY<Float>.decode(file(header("<f4", "(1,)"), [0, 0, 0xC0, 0x3F]), name: "x").elements == [1.5])
        let double: [UInt8] = [0, 0, 0, 0, 0, 0, 0xF8, 0x3F]
        #expect(try NPY<Float>.decode(file(header("<f8", "()"), double), name: "x").elements == [1.5])
        #expect(
            try NPY<Int32>.decode(file(header("<i4", "(1, 1)"), [0xFF, 0xFF, 0xFF, 0xFF]), name: "x").shape == [1, 1])
        let long: [UInt8] = [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(try NPY<Float>.decode(file(header("<i8", "(1,)"), long), name: "x").elements == [-2])
        #expect(try NPY<Int32>.decode(file(header("|u1", "(3,)"), [1, 2, 255]), name: "x").elements == [1, 2, 255])
        let second: [UInt8] = [0x93] + Array("NUMPY".utf8) + [2, 0, 56, 0, 0, 0]
        let text = "{\"shape\": (2,), 'fortran_order': True, 'descr': '|u1'}"
        let padded = text + String(repeating: " ", count: 56 - text.utf8.count)
        #expect(try NPY<Float>.decode(second + padded.utf8 + [7, 8], name: "x").elements == [7, 8])
    }

    /// The element types as NumPy calls them, with two elements each.
    private static let types: [(ElementType, String, [UInt8])] = [
        (.f16, "<f2", [0x00, 0x3E, 0x00, 0xC0]), (.bf16, "<V2", [0xC0, 0x3F, 0x00, 0xC0]),
        (.f32, "<f4", [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0]),
        (.f64, "<f8", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0]), (.i8, "|i1", [1, 0xFE]),
        (.u8, "|u1", [1, 2]), (.i16, "<i2", [1, 0, 0xFE, 0xFF]), (.u16, "<u2", [1, 0, 2, 0]),
        (.i32, "<i4", [1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF]), (.u32, "<u4", [1, 0, 0, 0, 2, 0, 0, 0]),
        (.i64, "<i8", [1, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        (.u64, "<u8", [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]), (.bool, "|b1", [1, 0]),
    ]

    @Test func everyElementTypeComesBack() throws {
        #expect(Set(Self.types.map(\.0)) == Set(ElementType.allCases))
        for (type, name, bytes) in Self.types {
            let array = try NPYArray.decode(file(header(name, "(2,)"), bytes), name: "x")
            #expect(array.type == type && array.shape == [2] && array.bytes == bytes && array.count == 2)
            #expect(try NPYArray.decode(array.encoded(), name: "x") == array)
            #expect(String(decoding: array.encoded()[10..<40], as: UTF8.self).contains("'\(name)'"))
            let expected: [Float] =
                switch type {
                case .bool: [1, 0]
                case .u8, .u16, .u32, .u64: [1, 2]
                default: type.isFloatingPoint ? [1.5, -2] : [1, -2]
                }
            #expect(try NPY<Float>(array, name: "x").elements == expected, "\(type)")
        }
        let words = file(header("<u2", "(1,)"), [0xC0, 0x3F])
        #expect(try NPYArray.decode(words, name: "x", words: .bfloat16).type == .bf16)
        #expect(try NPYArray.decode(file(header("|V2", "(1,)"), [0xC0, 0x3F]), name: "x").type == .bf16)
        #expect(try NPYArray.decode(file(header("|b1", "(2,)"), [7, 0]), name: "x").bytes == [1, 0])
    }

    @Test func numbersThatDoNotFitAreNamed() throws {
        let largest = NPY<UInt64>(shape: [2], elements: [1, .max])
        #expect(try NPY<UInt64>(largest.array, name: "x") == largest)
        #expect(try NPY<Double>(largest.array, name: "x").elements == [1, 0x1p64])
        #expect(
            ApusDataTests.message { _ = try NPY<Int64>(largest.array, name: "x") }
                == "x: element 1 is 18446744073709551615, which i64 can't hold; save numbers of this kind")
        let half = NPY<Float>(shape: [1], elements: [0.5])
        #expect(
            ApusDataTests.message { _ = try NPY<Bool>(half.array, name: "x") }
                == "x: element 0 is 0.5, which bool can't hold; save numbers of this kind")
    }

    @Test func fortranOrderIsTurned() throws {
        for seed in UInt64(0)..<50 {
            var random = SplitMix64(seed: seed)
            let shape = (0..<Int.random(in: 0...8, using: &random)).map { _ in Int.random(in: 1...3, using: &random) }
            let count = shape.reduce(1, *)
            let array = NPY<Int32>(shape: shape, elements: (0..<Int32(count)).map { $0 }).array
            let stored = array.encoded(order: .fortran)
            #expect(try NPYArray.decode(stored, name: "x") == array, "seed \(seed)")
            // Where the element of some indices lies, by the definition of that order.
            let indices = shape.map { Int.random(in: 0..<$0, using: &random) }
            let row = zip(shape, indices).reduce(0) { $0 * $1.0 + $1.1 }
            let column = zip(shape, indices).reversed().reduce(0) { $0 * $1.0 + $1.1 }
            let place = stored.count - 4 * count + 4 * column
            #expect(Array(stored[place..<place + 4]) == Array(array.bytes[4 * row..<4 * row + 4]), "seed \(seed)")
        }
    }

    @Test func everyVersionIsRead() throws {
        let text = Array(header("|u1", "(1,)").utf8)
        for version in UInt8(1)...3 {
            let length = [UInt8(text.count), 0] + (version > 1 ? [0, 0] : [])
            let bytes = [0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + [9]
            #expect(try NPYArray.decode(bytes, name: "x").bytes == [9])
        }
        let bytes = [0x93] + Array("NUMPY".utf8) + [4, 0, UInt8(text.count), 0] + text + [9]
        #expect(message(bytes) == "x: has version 4.0 of the .npy format; versions 1.0, 2.0 and 3.0 are read")
    }

    @Test func saysWhatIsWrong() {
        #expect(message([1, 2, 3]) == "x: is not an .npy file; write it with numpy.save")
        #expect(
            message(file(header("<f4", "(3,)"), [0, 0]))
                == "x: its header says 3 elements of 4 bytes, and 2 bytes follow; save the array again")
        #expect(
            message(file(header("<f4", "(4611686018427387904, 4)"), []))
                == "x: its header says 4611686018427387904 × 4 elements of 4 bytes, and 0 bytes follow; "
                + "save the array again")
        #expect(
            message(file(header(">f4", "(1,)"), [0, 0, 0, 0]))
                == "x: has elements of type >f4; save it as float16, float32, float64, bool, or an integer of 8 to 64 bits, "
                + "little-endian")
        #expect(
            message(file(header("<f4", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), [0, 0, 0, 0]))
                == "x: has more than 8 dimensions; save the array with fewer: reshape it")
        #expect(message(file("{'descr': [('a', '<f4')]}", [])).hasPrefix("x: has elements of more than one number"))
        #expect(message(file("{'shape': (1,)}", [])).contains("its header lacks descr, fortran_order or shape"))
        #expect(message(file("{'shape': (1 2)}", [])).contains("')' is missing in its header"))
        #expect(message(file("{'shape': (x)}", [])).contains("its shape is not a list of numbers"))
        #expect(message(file("{'shape': (99999999999999999999,)}", [])).contains("a dimension is too large"))
        #expect(message(file("{'a", [])).contains("a quote is missing in its header"))
        let long: [UInt8] = [0, 0, 0, 0, 1, 0, 0, 0]
        let error = #expect(throws: DataError.self) {
            try NPY<Int32>.decode(file(header("<i8", "(1,)"), long), name: "x")
        }
        #expect(error?.description == "x: element 0 is 4294967296, which i32 can't hold; save numbers of this kind")
    }

    @Test func anyBytesGiveAnError() {
        let bytes = NPY<Float>(shape: [2, 3], elements: [1, 2, 3, 4, 5, 6]).encode()
        for seed in UInt64(0)..<2000 {
            var random = CounterRandom(seed: seed, purpose: .test)
            var changed = bytes
            for _ in 0..<1 + random.integer(below: 3) {
                changed[Int(random.integer(below: 128))] = UInt8(truncatingIfNeeded: random.nextWord())
            }
            if let array = try? NPYArray.decode(changed, name: "x") {
                #expect(array.shape.reduce(1, *) * array.type.size == array.bytes.count, "seed \(seed)")
            }
        }
    }
}
