import ApusData
import TestSupport
import Testing

@Suite struct ArrayFilesTests {
    private let folder = TestFolder()

    private func write<Element: NPYElement>(_ name: String, _ shape: [Int], _ elements: [Element]) throws -> String {
        _ = try folder.write(name, [])
        try NPY(shape: shape, elements: elements).write(to: folder.file(name))
        return folder.file(name)
    }

    @Test func samplesComeFirst() throws {
        let x = try write("x.npy", [3, 2], [1, 2, 3, 4, 5, 6] as [Double])
        let y = try write("y.npy", [3], [2, 0, 1] as [Int64])
        let set = try Dataset.loadArrays(inputs: [x], targets: y)
        #expect(set.inputs[0].sampleShape == [2] && set.inputs[0].elements == .floats([1, 2, 3, 4, 5, 6]))
        #expect(set.labels == [2, 0, 1] && set.classNames == ["0", "1", "2"] && !set.hasNamedClasses)
        #expect(set.preparation == .none)
        #expect(set.subset([2, 0]).inputs[0].elements == .floats([5, 6, 1, 2]))
        #expect(set.subset(1..<2).labels == [0])
    }

    @Test func targetsMayBeTensors() throws {
        let x = try write("x.npy", [2], [1, 2] as [Float])
        let y = try write("y.npy", [2, 2], [0.5, 1, 2, 4] as [Float])
        let set = try Dataset.loadArrays(inputs: [x], targets: y)
        #expect(set.targets.sampleShape == [2] && set.targets.elements == .floats([0.5, 1, 2, 4]))
        #expect(set.inputs[0].sampleShape == [] && set.labels.isEmpty && set.classNames.isEmpty)
    }

    @Test func bytesOfTwoDimensionsAreImages() throws {
        let x = try write("x.npy", [1, 1, 2, 2], [0, 51, 102, 255] as [UInt8])
        let y = try write("y.npy", [1], [true])
        let set = try Dataset.loadArrays(inputs: [x], targets: y)
        #expect(set.images == .init(channels: 1, height: 2, width: 2) && set.preparation == .unit)
        let row = try write("row.npy", [1, 4], [0, 51, 102, 255] as [UInt8])
        #expect(try Dataset.loadArrays(inputs: [row], targets: y).inputs[0].elements == .integers([0, 51, 102, 255]))
        // Floats within 0...1 are what bytes become.
        let floats = try write("f.npy", [1, 1, 2, 2], [0, 0.25, 0.5, 1] as [Float])
        #expect(try Dataset.loadArrays(inputs: [floats], targets: y).preparation == .unit)
    }

    @Test func severalInputsAndNames() throws {
        let a = try write("a.npy", [2, 1], [1, 2] as [Float])
        let b = try write("b.npy", [2, 3], [0, 1, 2, 3, 4, 5] as [Int32])
        let y = try write("y.npy", [2], [1, -1] as [Int32])
        _ = try folder.write("labels.txt", "no\nyes\n")
        let set = try Dataset.loadArrays(inputs: [a, b], targets: y)
        #expect(set.inputs.count == 2 && set.classNames == ["no", "yes"])
        #expect(set.labels == [1, -1])
    }

    @Test func saysWhatIsWrong() throws {
        let x = try write("x.npy", [3, 2], [1, 2, 3, 4, 5, 6] as [Float])
        let y = try write("y.npy", [2], [0, 1] as [Int32])
        func error(_ inputs: String, _ targets: String, like: Dataset? = nil) -> String {
            message { _ = try Dataset.loadArrays(inputs: [inputs], targets: targets, like: like) }
        }
        #expect(error(x, y) == "\(x): holds 3 samples, and \(y) holds 2 targets; each sample needs one target")
        let single = try write("single.npy", [], [1] as [Float])
        #expect(error(single, y) == "\(single): is a single number; its first dimension must be the samples")
        let none = try write("none.npy", [0, 2], [] as [Float])
        #expect(error(none, none) == "\(none): has no samples; its first dimension must be the samples")
        let bad = try write("bad.npy", [2], [1, .nan] as [Float])
        #expect(error(bad, y) == "\(bad): element 1 is nan; replace what is not a finite number in single precision")
        let large = try write("large.npy", [2], [1, 1 << 40] as [Int64])
        #expect(error(large, y).hasPrefix("\(large): element 1 is 1099511627776, which i32 can't hold"))
        let flat = try write("flat.npy", [2, 0], [] as [Float])
        #expect(error(flat, y) == "\(flat): samples of [0] are not supported; give them 1 to 2³² elements")
        let z = try write("z.npy", [2, 2], [1, 2, 3, 4] as [Float])
        let training = try Dataset.loadArrays(inputs: [z], targets: y)
        let wide = try write("wide.npy", [2, 3], [1, 2, 3, 4, 5, 6] as [Float])
        #expect(
            error(wide, y, like: training)
                == "\(wide): has samples of [3], and those for training are [2]; give both halves one shape")
        let late = try write("late.npy", [2], [0, 2] as [Int32])
        #expect(error(z, late, like: training).hasPrefix("\(late): label 1 is 2, and there are 2 classes"))
    }
}
