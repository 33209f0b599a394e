import ApusData
import TestSupport
import Testing

@Suite struct IDXFilesTests {
    private let folder = TestFolder()

    private func write(_ prefix: String, images: [Int], labels: [UInt8]) throws {
        _ = try folder.write("\(prefix)-images-idx3-ubyte", idx(images, (0..<images.reduce(1, *)).map { UInt8($0) }))
        _ = try folder.write("\(prefix)-labels-idx1-ubyte", idx([labels.count], labels))
    }

    @Test func loadsBothHalves() throws {
        try write("train", images: [3, 2, 2], labels: [7, 0, 9])
        try write("t10k", images: [1, 2, 2], labels: [4])
        let (training, test) = try Dataset.load(directory: folder.path)
        #expect(training.count == 3 && training.inputs[0].sampleShape == [1, 2, 2])
        #expect(training.labels == [7, 0, 9])
        #expect(training.classNames == (0..<10).map(String.init))
        #expect(training.image(1)?.bytes == [4, 5, 6, 7])
        #expect(training.subset(1..<3).labels == [0, 9])
        #expect(training.subset([2, 0]).inputs[0].elements == .bytes([8, 9, 10, 11, 0, 1, 2, 3]))
        #expect(test.labels == [4])
    }

    @Test func takesNamesFromTheFolder() throws {
        try write("train", images: [2, 1, 1], labels: [0, 1])
        _ = try folder.write("labels.txt", "cat\ndog\n")
        #expect(try Dataset.load(directory: folder.path, part: .training).classNames == ["cat", "dog"])
        _ = try folder.write("labels.txt", "cat\n")
        let error = #expect(throws: DataError.self) { try Dataset.load(directory: folder.path, part: .training) }
        #expect(
            error?.description
                == "\(folder.path)/train-labels-idx1-ubyte: label 1 is 1, and labels.txt names 1 classes; "
                + "name every class in labels.txt, one on each line")
    }

    @Test func countsMustAgree() throws {
        try write("train", images: [3, 2, 2], labels: [1, 2])
        let error = #expect(throws: DataError.self) { try Dataset.load(directory: folder.path, part: .training) }
        #expect(
            error?.description
                == "\(folder.path)/train-images-idx3-ubyte: holds 3 images, and \(folder.path)/train-labels-idx1-ubyte "
                + "holds 2 labels; each image needs one label: fetch both from the same place")
    }

    @Test func saysWhatIsMissing() throws {
        let none = #expect(throws: DataError.self) { try Dataset.load(directory: "\(folder.path)/none") }
        #expect(none?.problem == "no such folder")
        let empty = #expect(throws: DataError.self) { try Dataset.load(directory: folder.path) }
        #expect(
            empty?.description == "\(folder.path): has no train-images-idx3-ubyte (or train-images-idx3-ubyte.gz); "
                + "fetch a data set with Tools/fetch-data, or use the built-in digits")
        try write("train", images: [1, 2, 2], labels: [1])
        let half = #expect(throws: DataError.self) { try Dataset.load(directory: folder.path) }
        #expect(half?.problem == "has no t10k-images-idx3-ubyte (or t10k-images-idx3-ubyte.gz)")
        try write("t10k", images: [1, 3, 2], labels: [1])
        let sizes = #expect(throws: DataError.self) { try Dataset.load(directory: folder.path) }
        #expect(sizes?.problem == "its training images are 1 × 2 × 2 and its test images 1 × 3 × 2")
    }

    @Test(.enabled(if: realData != nil, "needs APUS_DATA, a folder with mnist and fashion-mnist"))
    func loadsTheRealSets() throws {
        let data = try #require(realData)
        let (training, test) = try Dataset.load(directory: data)
        #expect(training.count == 60000 && test.count == 10000 && training.inputs[0].sampleElements == 784)
        #expect(training.labels.prefix(10) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
        #expect(test.labels.prefix(10) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
        // The figures that are handed down: 0.1307 and 0.3081.
        let (mean, deviation) = training.inputs[0].statistics(scale: 1 / 255)
        #expect(abs(mean[0] - 0.130660) < 1e-6 && abs(deviation[0] - 0.308108) < 1e-6)
        let fashion = try Dataset.load(directory: "\(data)/fashion-mnist", part: .test)
        #expect(fashion.classNames[9] == "Ankle boot")
        #expect(fashion.labels.prefix(3) == [9, 2, 1])
    }
}
