import ApusGraph
import TestSupport
import Testing

@testable import ApusServing

@Suite("Infer requests over HTTP")
struct RequestReaderTests {
    private func read(
        _ json: String, binary: [UInt8] = [], of model: Model? = nil
    ) throws -> InferenceRequest {
        let body = Array(json.utf8) + binary
        return try RequestReader.read(
            header: Array(json.utf8), bodyCount: body.count,
            signature: TestModels.signature(model ?? TestModels.dense())
        ) { Array(body[$0]) }
    }

    private func error(_ json: String, binary: [UInt8] = [], of model: Model? = nil) -> String {
        do {
            _ = try read(json, binary: binary, of: model)
            return "right"
        } catch { return "\(error)" }
    }

    private func bytes(_ numbers: [Float]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }

    @Test func numbersInJSON() throws {
        let request = try read(
            #"{"id":"7","inputs":[{"name":"x","shape":[2,3],"datatype":"FP32","data":[1,2.5,-3e0,4,5,0.1]}]}"#)
        #expect(request.id == "7")
        #expect(request.samples == 2)
        #expect(request.inputs == [.bytes(bytes([1, 2.5, -3, 4, 5, 0.1]))])
        #expect(request.outputs == [.init(port: 0, isBinary: false)])
    }

    @Test func nestedNumbersBeforeTheirShape() throws {
        let request = try read(
            #" { "inputs" : [ {"data": [[1, 2, 3], [4, 5, 6]], "shape": [2, 3], "datatype": "FP32", "name": "x"} ] } "#)
        #expect(request.inputs == [.bytes(bytes([1, 2, 3, 4, 5, 6]))])
    }

    @Test func binaryNumbers() throws {
        let json =
            #"{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","parameters":{"binary_data_size":12}}],"#
            + #""outputs":[{"name":"y","parameters":{"binary_data":true}}]}"#
        let request = try read(json, binary: bytes([1, 2, 3]))
        #expect(request.inputs == [.body(json.utf8.count..<json.utf8.count + 12)])
        #expect(request.outputs == [.init(port: 0, isBinary: true)])
    }

    @Test func whatIsWrongIsSaid() {
        let start = #"{"inputs":[{"name":"x","datatype":"FP32","#
        #expect(error("{}").hasPrefix("the input 'x' is missing; 'small' version 1 takes x FP32[-1, 3]"))
        #expect(error("[]").hasPrefix("the JSON is wrong at byte 0: an object is needed here"))
        #expect(
            error(#"{"inputs":[{"name":"z","datatype":"FP32","shape":[1,3],"data":[]}]}"#)
                == "'small' version 1 has no input 'z'; it takes x FP32[-1, 3]")
        #expect(
            error(start + #""shape":[1,4],"data":[]}]}"#)
                == "the shape [1, 4] is not that of x FP32[-1, 3], where -1 is the batch")
        #expect(
            error(start + #""shape":[9,3],"data":[]}]}"#).hasPrefix(
                "the request has 9 samples, and 'small' version 1 takes 8 at once"))
        #expect(
            error(start + #""shape":[1,3],"data":[1,2]}]}"#)
                == "the data of 'x' has 2 elements, and its shape 3")
        #expect(
            error(start + #""shape":[1,3],"data":[1,2,3,4]}]}"#)
                == "the data of 'x' has more elements, and its shape 3")
        #expect(error(start + #""shape":[1,3],"data":[1,2,1e39]}]}"#).hasSuffix("the number before it is no FP32"))
        #expect(error(start + #""shape":[1,3]}]}"#) == "'x' has no data; give data or binary_data_size")
        #expect(
            error(#"{"inputs":[{"name":"x","datatype":"INT8","shape":[1,3],"data":[]}]}"#)
                == "the input 'x' is x FP32[-1, 3], and not INT8")
        #expect(
            error(start + #""shape":[1,3],"parameters":{"binary_data_size":12}}]}"#, binary: [1, 2])
                == "'x' has 12 bytes, and the body 2 more")
        #expect(
            error(start + #""shape":[1,3],"parameters":{"binary_data_size":8}}]}"#, binary: bytes([1, 2]))
                == "'x' has 8 bytes, and its shape 12")
        #expect(
            error(start + #""shape":[1,3],"data":[1,2,3]}]}"#, binary: [1]).hasPrefix(
                "the body has 1 bytes behind the binary inputs"))
        #expect(
            error(start + #""shape":[1,3],"data":[1,2,3]}],"outputs":[{"name":"q"}]}"#)
                == "'small' version 1 has no output 'q'; it gives y FP32[-1, 2]")
        let deep = String(repeating: "[", count: 100)
        #expect(
            error(start + #""shape":[1,3],"data":\#(deep)"#).hasSuffix("values lie more than 64 deep within each other")
        )
    }

    @Test func whatAllSamplesHaveInCommon() throws {
        let json =
            #"{"inputs":[{"name":"x","shape":[2,3],"datatype":"FP32","data":[1,2,3,4,5,6]},"#
            + #"{"name":"w","shape":[3],"datatype":"FP32","data":[1,2,3]}]}"#
        let request = try read(json, of: TestModels.shared())
        #expect(request.samples == 2)
        #expect(request.inputs[1] == .bytes(bytes([1, 2, 3])))
    }

    /// Numbers of JSON become the nearest `Float`, as `Float(String)` has it.
    @Test(arguments: 0..<4) func nearestNumbers(seed: Int) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let bits = UInt32.random(in: 0...UInt32.max, using: &random)
            let float = Float(bitPattern: bits)
            guard float.isFinite else { continue }
            for text in [float.description, Double(float).description, "\(bits % 100_000).\(bits % 977)e-\(bits % 30)"]
            {
                var scanner = JSONScanner(Array(text.utf8))
                let number = try scanner.number()
                #expect(scanner.float(number) == Float(text), "\(text), seed \(seed)")
                #expect(scanner.double(number) == Double(text), "\(text), seed \(seed)")
            }
        }
    }

    /// Numbers in the middle between two, and next to it.
    @Test func numbersBetweenTwo() throws {
        for text in [
            "16777217", "16777217.0000001", "16777216.9999999", "0.5000000298023224", "0.50000002980232238", "-0",
            "0e5",
            "1.00000005960464477539", "1.000000059604644775390625", "1.0000000596046447", "3.4028235e38", "1e-45",
            "7e-46",
            "1180591620717411303424", "9999999999999999999", "99999999999999999999e-20",
        ] {
            var scanner = JSONScanner(Array(text.utf8))
            let number = try scanner.number()
            #expect(scanner.float(number)?.bitPattern == Float(text)?.bitPattern, "\(text)")
        }
    }

    /// Whatever becomes of a request's bytes, reading it ends in a result or an error.
    @Test(arguments: 0..<4) func changedRequests(seed: Int) throws {
        var random = SplitMix64(seed: seed)
        let signature = try TestModels.signature(TestModels.pictures())
        let valid = Array(
            (#"{"id":"a\u00e9","parameters":{"binary_data_output":true},"inputs":[{"name":"image","shape":[1,1,8,8],"#
                + #""datatype":"FP32","parameters":{"binary_data_size":256}}],"outputs":[{"name":"y"}]}"#).utf8)
        for _ in 0..<5000 {
            var json = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<json.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: json[place] = .random(in: 0...255, using: &random)
                case 1: json.remove(at: place)
                default: json.insert(json[Int.random(in: 0..<json.count, using: &random)], at: place)
                }
            }
            let body = json + [UInt8](repeating: 0, count: 256)
            let request = try? RequestReader.read(header: json, bodyCount: body.count, signature: signature) {
                Array(body[$0])
            }
            if let request {
                guard case .body(let range) = request.inputs[0] else { continue }
                #expect(range.upperBound <= body.count, "seed \(seed)")
            }
        }
    }

    @Test func base64() {
        #expect(decodeBase64("".utf8) == [])
        #expect(decodeBase64("TWFu".utf8) == Array("Man".utf8))
        #expect(decodeBase64("TWE=".utf8) == Array("Ma".utf8))
        #expect(decodeBase64("TQ==".utf8) == Array("M".utf8))
        for wrong in ["T", "TQ", "TQ=", "TQ==A", "T!==", "TWFu=", "===="] {
            #expect(decodeBase64(wrong.utf8) == nil, "\(wrong)")
        }
    }

    @Test func pictures() throws {
        let picture = Array("P5 8 8 255\n".utf8) + [UInt8](repeating: 255, count: 64)
        let signature = try TestModels.signature(TestModels.pictures())
        let request = try InferenceRequest(picture: picture, signature: signature)
        guard case .bytes(let bytes) = request.inputs[0] else { return #expect(Bool(false)) }
        #expect(bytes.count == 256)
        #expect(
            try signature.pictureBytes(lengthPrefixed(picture) + lengthPrefixed(picture), count: 2, name: "image").count
                == 512)
        #expect(throws: RequestError(.invalid, "the data of 'image' ends within its 1 elements")) {
            try signature.pictureBytes([1], count: 1, name: "image")
        }
        var bomb: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
        bomb += [0, 1, 0, 0, 0, 1, 0, 0]
        #expect(throws: RequestError(.invalid, "a picture has at most 16777216 pixels; make it smaller first")) {
            try InferenceRequest(picture: bomb, signature: signature)
        }
    }
}
