class Errstat < Formula
  desc "Explains LINE's webhook error statistics"
  homepage "{{HOMEPAGE}}"
  version "{{VERSION}}"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "{{FROM}}/errstat-aarch64-darwin.tar.gz"
      sha256 "{{SHA256 aarch64-darwin}}"
    end
    on_intel do
      url "{{FROM}}/errstat-x86_64-darwin.tar.gz"
      sha256 "{{SHA256 x86_64-darwin}}"
    end
  end

  on_linux do
    on_arm do
      url "{{FROM}}/errstat-aarch64-linux.tar.gz"
      sha256 "{{SHA256 aarch64-linux}}"
    end
    on_intel do
      url "{{FROM}}/errstat-x86_64-linux.tar.gz"
      sha256 "{{SHA256 x86_64-linux}}"
    end
  end

  def install
    bin.install "errstat"
    man1.install "errstat.1"
    bash_completion.install "completions/errstat.bash" => "errstat"
    zsh_completion.install "completions/_errstat"
    fish_completion.install "completions/errstat.fish"
    prefix.install "THIRD-PARTY.txt", "errstat.cdx.json"
  end

  test do
    (testpath/"errors.tsv").write <<~TSV
      Date\tStart\tEnd\tReason\tDetail\tErrors
      2026-11-18\t20:20:00\t20:20:59\terror_status_code\t502\t3
    TSV
    assert_match "502 Bad Gateway", shell_output("#{bin}/errstat summary errors.tsv")
  end
end
