import ApusData
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
                == "x: has elements of type >f4; save it as float32, float64, int32, int64 or uint8, little-endian")
        #expect(
            message(file(header("<f4", "(1, 1)", order: "True"), [0, 0, 0, 0]))
                == "x: is stored in Fortran order; save numpy.ascontiguousarray of it")
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
        #expect(error?.description == "x: element 0 is not a whole number of 32 bits; save the array as int32")
    }

    @Test func anyBytesGiveAnError() {
        let bytes = NPY<Float>(shape: [2, 3], elements: [1, 2, 3, 4, 5, 6]).encode()
        for seed in UInt64(0)..<2000 {
            var random = CounterRandom(seed: seed, purpose: .test)
            var changed = bytes
            for _ in 0..<1 + random.integer(below: 3) {
                changed[Int(random.integer(below: 128))] = UInt8(truncatingIfNeeded: random.nextWord())
            }
            if let array = try? NPY<Float>.decode(changed, name: "x") {
                #expect(array.shape.reduce(1, *) == array.elements.count, "seed \(seed)")
            }
        }
    }
}
