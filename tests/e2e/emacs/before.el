;;; before.el --- What Emacs does at its start and leaves out in batch mode -*- lexical-binding: t -*-

(setq make-backup-files nil
      create-lockfiles nil
      auto-save-default nil
      eglot-sync-connect 60
      eglot-connect-timeout 60)
(make-directory user-emacs-directory t)
(require 'package)
(package-activate-all)
;;; before.el ends here
