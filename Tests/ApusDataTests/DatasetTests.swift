import ApusData
import Testing

@Suite struct DatasetTests {
    private func column(_ shape: [Int], _ floats: [Float]) throws -> DataColumn {
        try DataColumn(count: floats.count / shape.reduce(1, *), sampleShape: shape, elements: .floats(floats))
    }

    private func labels(_ labels: [Int32]) throws -> DataColumn {
        try DataColumn(count: labels.count, sampleShape: [], elements: .integers(labels))
    }

    @Test func columnsMustAgree() throws {
        #expect(
            message { _ = try DataColumn(count: 2, sampleShape: [3], elements: .floats([1, 2])) }
                == "2 elements for 2 samples of [3]; give each sample all of its elements")
        #expect(message { _ = try DataColumn(count: 1, sampleShape: [1 << 40, 1 << 40], elements: .floats([])) } != "")
        let input = try column([1], [1, 2])
        #expect(
            message { _ = try Dataset(inputs: [input], targets: labels([1])) }
                == "2 samples of an input for 1 targets; give one target for each sample")
        #expect(
            message { _ = try Dataset(inputs: [input], targets: labels([0, 2]), classNames: ["a", "b"]) }
                == "label 1 is 2, and there are 2 classes; labels count from 0")
    }

    @Test func classesAreFoundByTheirNames() throws {
        let input = try column([1], [1, 2])
        let named = try Dataset(
            inputs: [input], targets: labels([0, 1]), classNames: ["cat", "dog"], hasNamedClasses: true)
        #expect(try named.relabelled(["ant", "dog", "cat"]).labels == [2, 1])
        #expect(
            message { _ = try named.relabelled(["ant", "cat"]) }
                == "the class 'dog' is not among those that are known: ant, cat; "
                + "give the data that belongs to these classes")
        let numbered = try Dataset(inputs: [input], targets: labels([0, 1]), classNames: ["0", "1"])
        #expect(try numbered.relabelled(["ant", "dog", "cat"]).labels == [0, 1])
        #expect(message { _ = try numbered.relabelled(["ant"]) }.hasPrefix("there are 2 classes, and 1 are known"))
    }

    @Test func statisticsOfEachChannel() throws {
        let table = try column([2], [1, 5, 3, 5, 5, 5])
        let (mean, deviation) = table.statistics(scale: 1)
        #expect(mean == [3, 5])
        // The variance of 1, 3, 5 is 8/3; what is constant has a deviation of 1.
        #expect(deviation == [Float((8.0 / 3).squareRoot()), 1])
        let images = try DataColumn(count: 2, sampleShape: [1, 2], elements: .bytes([0, 255, 255, 0]))
        #expect(images.channels == 1)
        let (average, spread) = images.statistics(scale: 1 / 255)
        #expect(abs(average[0] - 0.5) < 1e-6 && abs(spread[0] - 0.5) < 1e-6)
        let numbers = try DataColumn(count: 2, sampleShape: [], elements: .integers([1, 3]))
        #expect(numbers.statistics(scale: 1).mean == [2])
    }
}

@Suite struct SamplePreparationTests {
    private func prepared(_ column: DataColumn, sample: Int = 0, preparation: InputPreparation = .none) throws
        -> [Float]
    {
        let way = try SamplePreparation(column, to: .floats, preparation: preparation)
        var output = [Float](repeating: .nan, count: way.elements)
        output.withUnsafeMutableBytes { memory in
            column.elements.withBytes { bytes in
                bytes.withUnsafeBytes {
                    way.prepare($0.baseAddress!, sample: sample, seed: 0, epoch: 0, into: memory.baseAddress!)
                }
            }
        }
        return output
    }

    @Test func bytesAreScaledAndNumbersAreNot() throws {
        let preparation = try InputPreparation(scale: 0.5, mean: [1], standardDeviation: [2])
        let bytes = try DataColumn(count: 1, sampleShape: [2, 2], elements: .bytes([0, 2, 4, 6]))
        #expect(try prepared(bytes, preparation: preparation) == [-0.5, 0, 0.5, 1])
        let floats = try DataColumn(count: 2, sampleShape: [2], elements: .floats([9, 9, 1, 5]))
        #expect(try prepared(floats, sample: 1, preparation: preparation) == [0, 2])
        #expect(try prepared(floats, sample: 1) == [1, 5])
        let integers = try DataColumn(count: 1, sampleShape: [], elements: .integers([7]))
        #expect(try prepared(integers, preparation: preparation) == [3])
    }

    @Test func eachChannelHasItsOwnMean() throws {
        let preparation = try InputPreparation(scale: 1, mean: [1, 10], standardDeviation: [1, 2])
        let table = try DataColumn(count: 1, sampleShape: [2, 2], elements: .floats([1, 2, 10, 12]))
        #expect(try prepared(table, preparation: preparation) == [0, 1, 0, 1])
        let other = try DataColumn(count: 1, sampleShape: [3], elements: .floats([1, 2, 3]))
        #expect(
            message { _ = try SamplePreparation(other, to: .floats, preparation: preparation) }
                == "input preparation: mean has 2 numbers, and the input has 3 channels; "
                + "give one number, or one for each channel")
    }

    @Test func wholeNumbersStayWhole() throws {
        let integers = try DataColumn(count: 2, sampleShape: [2], elements: .integers([1, -2, 3, 4]))
        let way = try SamplePreparation(integers, to: .integers)
        var output: [Int32] = [0, 0]
        output.withUnsafeMutableBytes { memory in
            integers.elements.withBytes { bytes in
                bytes.withUnsafeBytes {
                    way.prepare($0.baseAddress!, sample: 1, seed: 0, epoch: 0, into: memory.baseAddress!)
                }
            }
        }
        #expect(output == [3, 4])
        let floats = try DataColumn(count: 1, sampleShape: [], elements: .floats([1]))
        #expect(
            message { _ = try SamplePreparation(floats, to: .integers) }
                == "the network takes whole numbers, and the data has numbers with fractions; save the data as integers"
        )
        var augmentation = Augmentation()
        augmentation.shift = 1
        #expect(
            message { _ = try SamplePreparation(integers, to: .floats, augmentation: augmentation) }
                == "the samples are no images, and can't be changed at random; "
                + "leave augmentation out, or give images as bytes")
    }
}
