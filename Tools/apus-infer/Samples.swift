import ApusData
import ApusGraph
import ApusPlan

/// What the network is asked.
enum Samples {
    case images([String])
    /// For each input of the plan the bytes of its elements, one sample after the other.
    case tensors([AlignedBytes], count: Int)

    var count: Int {
        switch self {
        case .images(let files): files.count
        case .tensors(_, let count): count
        }
    }

    /// How a sample is called: its file, or its number.
    func name(_ index: Int) -> String {
        switch self {
        case .images(let files): files[index]
        case .tensors: "sample \(index)"
        }
    }
}

/// Makes the inputs of a plan from images.
struct ImageReader {
    private let preparation: InputPreparation
    private let channels: Int
    private let height: Int
    private let width: Int

    init(_ plan: Plan) throws(Failure) {
        guard plan.inputs.count == 1, plan.inputs[0].elementType == .f32, plan.inputs[0].sampleShape.count == 3 else {
            let inputs = plan.inputs.map { "\($0.name): \($0.typeText)" }
            throw Failure(
                "the network takes no image, but \(inputs.joined(separator: " and ")); give --input NAME=FILE")
        }
        channels = plan.inputs[0].sampleShape[0]
        height = plan.inputs[0].sampleShape[1]
        width = plan.inputs[0].sampleShape[2]
        preparation = try inputPreparation(of: plan)
    }

    /// The elements of the input for an image.
    func read(_ file: String) throws(Failure) -> [Float] {
        let image = try reporting { () throws(DataError) in try Image.read(file) }
        return try reporting(of: file) { () throws(DataError) in
            try preparation.prepare(image, channels: channels, height: height, width: width)
        }
    }
}

/// Reads the arrays that `--input` names: one for each input of the plan, all of one number of samples.
func readTensors(_ files: [TensorFile], for plan: Plan) throws(Failure) -> Samples {
    for file in files where !plan.inputs.contains(where: { $0.name == file.name }) {
        let known = plan.inputs.map { "\($0.name): \($0.typeText)" }
        throw Failure("the network has no input '\(file.name)'; it has \(known.joined(separator: ", "))")
    }
    let preparation = try NumberPreparation(plan)
    var tensors: [AlignedBytes] = []
    var first: (name: String, count: Int)?
    for port in plan.inputs {
        guard let file = files.first(where: { $0.name == port.name }) else {
            throw Failure("the input \(port.name): \(port.typeText) is missing; give --input \(port.name)=FILE")
        }
        let (shape, bytes) = try readTensor(file.path, for: port, preparation)
        tensors.append(bytes)
        if port.isShared {
            guard shape == port.sampleShape else { throw wrongShape(shape, in: file.path, for: port) }
            continue
        }
        guard let count = shape.first, Array(shape.dropFirst()) == port.sampleShape else {
            throw wrongShape(shape, in: file.path, for: port)
        }
        guard count > 0 else { throw Failure("\(file.path) has no samples") }
        if let first, first.count != count {
            throw Failure("'\(first.name)' has \(first.count) samples and '\(port.name)' has \(count); give as many")
        }
        first = first ?? (port.name, count)
    }
    guard !tensors.isEmpty else { throw Failure("the network has no inputs") }
    return .tensors(tensors, count: first?.count ?? 1)
}

private func wrongShape(_ shape: [Int], in file: String, for port: Port) -> Failure {
    Failure(
        "\(file) has the shape \(shape), and '\(port.name)' is \(port.typeText); give it that shape"
            + (port.isShared ? "" : ", where N is the number of samples"))
}

/// Reads an array, as the bytes that an input of a plan takes. Numbers that are prepared are those of whole samples.
private func readTensor(
    _ file: String, for port: Port, _ preparation: NumberPreparation?
) throws(Failure) -> (shape: [Int], bytes: AlignedBytes) {
    let type = ElementType(port.elementType)
    let array = try reporting { () throws(DataError) in
        try NPYArray.read(file, words: type == .bf16 ? .bfloat16 : .unsigned)
    }
    let converted = try reporting { () throws(DataError) in
        guard let preparation, Array(array.shape.dropFirst()) == port.sampleShape else {
            return try array.converted(to: type, name: file).bytes
        }
        return Float.bytes(of: try preparation.elements(of: array, name: file))
    }
    return (array.shape, unsafe converted.withUnsafeBytes { unsafe AlignedBytes($0) })
}
