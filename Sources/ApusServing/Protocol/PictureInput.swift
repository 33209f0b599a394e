import ApusData
import ApusGraph
import ApusPlan

/// Makes a model's input of pictures, as the model says: PNG, PGM or PPM files.
package struct PictureInput: Sendable, Equatable {
    /// A picture of more pixels is refused before it is unpacked: a file of some bytes can ask for gigabytes.
    package static let maximumPixels = 16 << 20

    private let preparation: InputPreparation
    private let channels: Int
    private let height: Int
    private let width: Int

    /// Nil for a plan that takes no picture: of several inputs, or of one that isn't `f32[N, channels, height, width]`.
    init?(_ plan: Plan) {
        guard plan.inputs.count == 1, plan.inputs[0].elementType == .f32, !plan.inputs[0].isShared,
            plan.inputs[0].sampleShape.count == 3,
            let preparation = try? InputPreparation(
                fields: plan.preparation.map { Model.Field(name: $0.name, value: $0.value) })
        else { return nil }
        self.preparation = preparation
        channels = plan.inputs[0].sampleShape[0]
        height = plan.inputs[0].sampleShape[1]
        width = plan.inputs[0].sampleShape[2]
    }

    /// The bytes of the input for a file. O(pixels of the file and of the input).
    package func prepare(_ file: [UInt8]) throws(RequestError) -> [UInt8] {
        if file.count >= 24, file[0] == 0x89 {
            func size(at place: Int) -> Int { file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
            let (pixels, overflows) = size(at: 16).multipliedReportingOverflow(by: size(at: 20))
            guard !overflows, pixels <= Self.maximumPixels else {
                throw .invalid("a picture has at most \(Self.maximumPixels) pixels; make it smaller first")
            }
        }
        let elements: [Float]
        do {
            let image = try Image.decode(file, name: "the picture")
            elements = try preparation.prepare(image, channels: channels, height: height, width: width)
        } catch { throw .invalid(error.description) }
        return unsafe elements.withUnsafeBytes { unsafe Array($0) }
    }
}

/// The bytes that a text in base64 stands for (RFC 4648, section 4), or nil where it is none. Line ends are no part of it.
package func decodeBase64(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    var count = 0
    var padding = 0
    for byte in text {
        let value: UInt8
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): value = 62
        case UInt8(ascii: "/"): value = 63
        case UInt8(ascii: "="):
            padding += 1
            continue
        default: return nil
        }
        guard padding == 0 else { return nil }
        bits = bits << 6 | UInt32(value)
        count += 1
        if count % 4 == 0 {
            bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
            bytes.append(UInt8(truncatingIfNeeded: bits))
        }
    }
    switch (count % 4, padding) {
    case (0, 0): break
    case (2, 2): bytes.append(UInt8(truncatingIfNeeded: bits >> 4))
    case (3, 1):
        bytes.append(UInt8(truncatingIfNeeded: bits >> 10))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 2))
    default: return nil
    }
    return bytes
}
