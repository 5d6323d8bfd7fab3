;;; play.el --- What a person does in Emacs, one thing after the other -*- lexical-binding: t -*-

;; Runs inside it, after the set-up of README.md.

(require 'eglot)
(require 'cl-lib)
(require 'subr-x)

(defvar play-deadline 60 "Seconds that anything may take on a busy machine.")
(defvar play-failures 0)
(defvar play-states nil "What the server said it was, the newest first.")

(cl-defmethod eglot-handle-notification :before
  (_server (_method (eql smysl/status)) &key state &allow-other-keys)
  (push state play-states))

(defun play-say (line)
  (princ (concat line "\n") #'external-debugging-output))

(defun play-check (name right &optional shown)
  (play-say (if right (concat "PASS " name) (format "FAIL %s: %S" name shown)))
  (unless right (setq play-failures (1+ play-failures))))

(defun play-until (condition)
  "What CONDITION gives once it gives something."
  (let ((end (+ (float-time) play-deadline)) given)
    (while (and (not (setq given (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    given))

(defun play-ask (method params)
  (jsonrpc-request (eglot-current-server) method params :timeout play-deadline))

(defun play-best (query)
  (let ((hits (plist-get (play-ask :smysl/search (list :query query :topK 5)) :hits)))
    (and (> (length hits) 0) (aref hits 0))))

(defun play-go-to-line (text)
  "Go to the first line that is TEXT."
  (goto-char (point-min))
  (re-search-forward (concat "^" (regexp-quote text) "$"))
  (beginning-of-line))

(defun play-hover ()
  "What Eglot has ElDoc show for the place of the cursor."
  (let* (shown (given (lambda (text &rest _) (setq shown (or text "")))))
    (eglot-hover-eldoc-function given)
    (play-until (lambda () shown))))

(defun play-searches ()
  (let ((hit (play-best "распаковать сжатый ответ")))
    (play-check "a Russian question finds the function"
                (and (equal (plist-get hit :container) "GZipDecoder") (equal (plist-get hit :name) "decode")) hit)
    (play-check "its place is the file that the editor opens"
                (file-readable-p (eglot--uri-to-path (plist-get hit :uri))) hit)))

(defun play-hovers ()
  (play-go-to-line "    def delete(")
  (search-forward "del")
  (let ((shown (play-hover)))
    (play-check "a hover shows similar code"
                (and (string-match-p "Similar code" shown) (string-match-p "delete" shown)) shown))
  (goto-char (point-min))
  (let ((found (play-ask :textDocument/hover (eglot--TextDocumentPositionParams))))
    (play-check "a hover beside any function shows nothing" (null found) found)))

(defun play-symbols ()
  (let ((found (car (xref-backend-apropos 'eglot "GZipDec"))))
    (play-check "a beginning of a name gives the symbol"
                (and found (string-match-p "GZipDecoder" (xref-item-summary found))) found))
  (let ((found (car (xref-backend-apropos 'eglot "построить запрос для перенаправления"))))
    (play-check "a question gives symbols too"
                (and found (string-match-p "_build_redirect_request" (xref-item-summary found))) found)))

(defun play-command ()
  (smysl-search "распаковать сжатый ответ")
  (with-current-buffer (or (get-buffer "*xref*") (get-buffer-create "*none*"))
    (play-check "M-x smysl-search lists what it found, the best first"
                (string-match-p "\\`.*httpx/_decoders\\.py\n.*decode" (buffer-string)) (buffer-string))
    (goto-char (point-min))
    (let ((marker (ignore-errors (xref-next-line) (xref-location-marker (xref-item-location (xref--item-at-point))))))
      (play-check "and going there shows the name"
                  (and marker
                       (with-current-buffer (marker-buffer marker)
                         (goto-char marker)
                         (equal (thing-at-point 'symbol) "decode")))
                  marker))))

(defun play-edits ()
  (let ((question "выбросить просроченные куки")
        (name "drop_stale_cookies")
        hit)
    (goto-char (point-max))
    (insert "\n\ndef " name "(jar, now):\n    \"\"\"Remove cookies whose lifetime has run out.\"\"\"\n"
            "    for cookie in list(jar):\n        if cookie.is_expired(now):\n            jar.clear(cookie.domain)\n")
    (eglot--signal-textDocument/didChange) ; what its timer does when nobody types
    (play-check "a function that was typed is found before it is saved"
                (play-until (lambda ()
                              (setq hit (play-best question))
                              (and (equal (plist-get hit :name) name) (eq (plist-get hit :unsaved) t))))
                hit)
    (save-buffer)
    (play-check "and after it is saved"
                (play-until (lambda ()
                              (setq hit (play-best question))
                              (and (equal (plist-get hit :name) name)
                                   (not (eq (plist-get hit :unsaved) t))
                                   (not (eq (plist-get hit :stale) t)))))
                hit)
    (play-go-to-line (concat "def " name "(jar, now):"))
    (let ((line (plist-get (plist-get (plist-get hit :range) :start) :line)))
      (play-check "at the line where it stands" (equal (1+ line) (line-number-at-pos)) line))
    (write-region "\n\ndef celsius_to_fahrenheit(degrees):\n    return degrees * 9 / 5 + 32\n"
                  nil "_utils.py" 'append)
    (play-check "a function that another program wrote is found"
                (play-until (lambda ()
                              (setq hit (play-best "перевести температуру в фаренгейты"))
                              (equal (plist-get hit :name) "celsius_to_fahrenheit")))
                hit)))

(defun play ()
  (find-file (expand-file-name "httpx/_client.py" (getenv "PROJECT")))
  (run-hooks 'post-command-hook) ; there are no commands in batch mode, and eglot-ensure waits for one
  (let ((buffer (current-buffer))
        (server (eglot-current-server)))
    (play-check "the server is started" server)
    (play-check "the server says that it is ready"
                (play-until (lambda () (equal (car play-states) "ready"))) play-states)
    (dolist (act '(play-searches play-hovers play-symbols play-command play-edits))
      (with-current-buffer buffer
        (funcall act)))
    (eglot-shutdown server nil play-deadline)
    (play-check "the server ends when it is told to" (not (jsonrpc-running-p server)))))

(let ((problem (condition-case trouble (progn (play) nil) (error trouble))))
  (play-check "the play came to its end" (null problem) problem))
(kill-emacs (if (= play-failures 0) 0 1))
;;; play.el ends here
